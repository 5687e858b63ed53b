/** Characters Python's string literals write with a backslash and one character (Lexical analysis, "Escape sequences"). */
export const ESCAPED_CHARACTERS: Readonly<Record<string, string>> = {
  '\n': '',
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
