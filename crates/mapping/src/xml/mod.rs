//! XML 1.0 and Namespaces in XML 1.0: scanning, well-formedness, decoding.
