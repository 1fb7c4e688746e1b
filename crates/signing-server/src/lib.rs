//! The signing service: requests in, chains out, each paid from a quota and entered in the evidence log.
