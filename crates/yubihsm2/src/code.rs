//! One-byte codes with names: total over all 256 values, so that newer firmware can be represented.

/// Declares a one-byte code: its known values as constants, their names, and both directions between
/// the two.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub struct $name:ident: $what:literal {
            $($(#[$code_meta:meta])* $constant:ident = $value:literal, $text:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub u8);

        impl $name {
            $($(#[$code_meta])* #[doc = concat!("`", $text, "`, code ", stringify!($value), ".")]
            pub const $constant: Self = Self($value);)*

            /// Every known code, in the order of their numbers as documented.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];

            /// The name, or `None` for a code that is not known.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$constant => Some($text),)*
                    _ => None,
                }
            }

            /// The known code of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$constant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, concat!($what, " {:#04x}"), self.0),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }

        impl crate::wire::Wire for $name {
            fn write(&self, out: &mut crate::wire::Writer) {
                self.0.write(out);
            }

            fn read(
                input: &mut crate::wire::Reader<'_>,
            ) -> Result<Self, crate::wire::WireError> {
                u8::read(input).map(Self)
            }
        }
    };
}

pub(crate) use codes;
