//! Commands that read and set options. [`OptionValue`](crate::OptionValue) gives the bytes a meaning.

use crate::{
    command::Command,
    operation::{Operation, operations},
    option::OptionTag,
    wire::{Reader, Wire, WireError, Writer},
};

operations! {
    /// `50`: reads an option; answers its value.
    GET_OPTION => pub struct GetOption {
        /// The option.
        pub tag: OptionTag,
    } -> Vec<u8>;
}

/// `4f`: sets an option; `tag:1 ‖ length:2 ‖ value`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SetOption {
    /// The option.
    pub tag: OptionTag,
    /// Its value; at most 65,535 bytes.
    pub value: Vec<u8>,
}

impl Wire for SetOption {
    fn write(&self, out: &mut Writer) {
        self.tag.write(out);
        // A longer value cannot be sent: the frame around it has a length field of the same size.
        (self.value.len() as u16).write(out);
        out.bytes(&self.value);
    }

    fn read(input: &mut Reader<'_>) -> Result<Self, WireError> {
        let tag = Wire::read(input)?;
        let len = usize::from(u16::read(input)?);
        Ok(Self { tag, value: input.take(len)?.to_vec() })
    }
}

impl Operation for SetOption {
    const COMMAND: Command = Command::SET_OPTION;
    type Answer = ();
}
