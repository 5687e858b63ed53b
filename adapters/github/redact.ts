/** Takes credentials out of a text: tokens by prefix (their length is not fixed) and JSON web tokens. */
export function redact(text: string): string {
  return text
    .replace(/\b(gh[a-z]|github_pat)_[\w.-]+/g, '$1_[redacted]')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[redacted]');
}
