//! Nothing here: see `tests`. A package of its own, because Microsoft's mock needs OpenSSL, which not every machine has.
