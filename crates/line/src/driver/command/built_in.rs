//! The templates that come with the program.

use super::{Template, TemplateError};

/// Name and text of every built-in template; a file is named for its template.
const TEMPLATES: [(&str, &str); 9] = [
    ("nrfutil", include_str!("../../../templates/nrfutil.toml")),
    ("nrfjprog", include_str!("../../../templates/nrfjprog.toml")),
    ("jlink", include_str!("../../../templates/jlink.toml")),
    ("commander", include_str!("../../../templates/commander.toml")),
    ("stm32cube", include_str!("../../../templates/stm32cube.toml")),
    ("uniflash", include_str!("../../../templates/uniflash.toml")),
    ("openocd", include_str!("../../../templates/openocd.toml")),
    ("pyocd", include_str!("../../../templates/pyocd.toml")),
    ("probe-rs", include_str!("../../../templates/probe-rs.toml")),
];

/// The names of the built-in templates.
pub fn built_in_template_names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

/// The built-in template of this name, or `None`.
///
/// # Errors
///
/// [`TemplateError`], which a test of ours rules out.
pub fn built_in_template(name: &str) -> Option<Result<Template, TemplateError>> {
    let (name, text) = TEMPLATES.iter().find(|(candidate, _)| *candidate == name)?;
    Some(Template::parse(&format!("{name}.toml"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_template_is_taken_and_named_for_its_file() {
        for name in built_in_template_names() {
            let template = built_in_template(name).unwrap();
            assert_eq!(template.unwrap().name(), name);
        }
    }
}
