/** Kubernetes qualified name: an optional DNS prefix, then at most 63 characters. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || name.length > 63 || !/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)) return false;
  const prefix = parts.length === 2 ? (parts[0] ?? '') : null;
  return (
    prefix === null ||
    (prefix.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(prefix))
  );
}

/** Kubernetes label value: empty, or at most 63 characters. */
export function isLabelValue(text: string): boolean {
  return text.length <= 63 && (text === '' || /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text));
}
