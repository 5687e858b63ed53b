/** One setting of ansible.cfg; `line` is 1-based. */
export type Setting = Readonly<{ name: string; value: string; line: number }>;

/** The settings of the section `[defaults]` of an ansible.cfg, in order. */
export function defaultSettings(text: string): readonly Setting[] {
  const settings: Setting[] = [];
  let section = '';
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\[(\w+)\]/.exec(line.trim());
    if (header) section = header[1] ?? '';
    const setting = /^(\w+)\s*[=:]([^;]*)/.exec(line.trim());
    if (!setting || section !== 'defaults') continue;
    settings.push({ name: setting[1] ?? '', value: (setting[2] ?? '').trim(), line: index + 1 });
  }
  return settings;
}
