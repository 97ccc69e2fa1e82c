//! Text to value and value to text, for every data type: the one place where lexical forms are decided.
