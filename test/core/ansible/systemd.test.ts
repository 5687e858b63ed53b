import { describe, expect, test } from '@jest/globals';
import { environmentAssignments } from '../../../core/ansible/environment-file.ts';
import { extractFlags } from '../../../core/ansible/kubelet-flags.ts';
import { unitSettings } from '../../../core/ansible/systemd-unit.ts';
import { expandWords, resolveSpecifiers, systemdWords } from '../../../core/ansible/systemd-words.ts';
import { verbatim } from '../../../core/source/rope.ts';

const rope = (text: string) => verbatim('f', text);

describe('words of a setting', () => {
  test.each([
    ['a b\tc', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    [`--x='a "b"' c`, ['--x=a "b"', 'c']],
    ['a"b c"d', ['ab cd']],
    ['"" x', ['', 'x']],
    ['a\\sb', ['a b']],
    ['a\\x2db \\101', ['a-b', 'A']],
    ['\\q', ['\\q']],
    ['"a\\"b"', ['a"b']],
    ['   ', []],
  ])('%s', (text, words) => {
    expect(systemdWords(rope(text)).map(word => word.text)).toEqual(words);
  });
});

describe('the environment in a command line', () => {
  const environment = new Map([
    ['A', rope('--x=1 "--y=2 3"')],
    ['EMPTY', rope('')],
  ]);
  test.each([
    ['$A', ['--x=1', '--y=2 3']],
    ['${A}', ['--x=1 "--y=2 3"']],
    ['--z=${A}', ['--z=--x=1 "--y=2 3"']],
    ['--z=$A', ['--z=$A']],
    ['$EMPTY $UNSET', []],
    ['${UNSET}', ['']],
    ['$$A', ['$A']],
  ])('%s', (line, words) => {
    expect(expandWords(systemdWords(rope(line)), environment).map(word => word.text)).toEqual(words);
  });
});

test('specifiers of the name are filled in, others depend on the host', () => {
  const shown = (text: string, unit: string) => resolveSpecifiers(rope(text), unit);
  expect(shown('--a=%i/%p/%n 100%%', 'kubelet@gpu.service').text).toBe('--a=gpu/kubelet/kubelet@gpu.service 100%');
  expect([...shown('--hostname-override=%H', 'kubelet.service').unknowns.values()].map(({ why }) => why)).toEqual([
    ["systemd's %H, which depends on the host"],
  ]);
});

test('a unit joins continued lines, skips comments in between and knows its sections', () => {
  const unit = rope('# c\n[Service]\n  ExecStart = /k --a \\\n# no\n  --b \\\n\n; no\n[Install]\nWantedBy=x\n');
  expect(unitSettings(unit).map(({ section, key, value }) => [section, key, value.text.replace(/\s+/g, ' ')])).toEqual([
    ['Service', 'ExecStart', '/k --a --b'],
    ['Install', 'WantedBy', 'x'],
  ]);
});

describe('an environment file', () => {
  test.each([
    ['A=b', { A: 'b' }],
    ['# A=b\n;A=c\nA = d\nB=e', { A: 'd', B: 'e' }],
    ['A=  b c  ', { A: 'b c' }],
    ['A="b c" ', { A: 'b c' }],
    ["A='b \\\nc'", { A: 'b \\\nc' }],
    ['A="x \\\n  y"', { A: 'x   y' }],
    ['A=x \\\n  y\nB=1', { A: 'x   y', B: '1' }],
    ['A="\\$B \\q"', { A: '$B \\q' }],
    ['A=b"c d"e', { A: 'bc de' }],
    ['A=1\nA=2', { A: '2' }],
  ])('%j', (text, expected) => {
    const found = environmentAssignments(rope(text)).map(({ name, value }) => [name, value.text]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});

describe("a service's command line", () => {
  const flags = (sources: Readonly<Record<string, string>>) => {
    const extracted = extractFlags(
      Object.entries(sources).map(([path, text]) => ({ path, text: verbatim(path, text) })),
    );
    return extracted.flags.map(({ name, value }) => `${name}=${value.value.known ? value.value.json : '?'}`);
  };
  const UNIT = '/usr/lib/systemd/system/kubelet.service';
  const DROP = '/etc/systemd/system/kubelet.service.d';
  test.each([
    [
      'drop-ins follow in the order of their names; an empty ExecStart starts over',
      {
        [`${DROP}/20.conf`]: '[Service]\nEnvironment=A=--b=2\n',
        [UNIT]: '[Service]\nExecStart=/usr/bin/kubelet --a=1\n',
        [`${DROP}/10.conf`]: '[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $A\n',
      },
      ['--b=2'],
    ],
    [
      'an environment file beats Environment, a later file an earlier one',
      {
        [UNIT]:
          '[Service]\nEnvironmentFile=-/etc/one\nEnvironmentFile=/etc/two\nEnvironment="A=--x=0" B=--y=0\nExecStart=/usr/bin/kubelet $A $B $C\n',
        '/etc/one': 'A=--x=1\nC=--z=1\n',
        '/etc/two': 'C=--z=2\n',
      },
      ['--x=1', '--y=0', '--z=2'],
    ],
    [
      'a file no EnvironmentFile names has no effect',
      { [UNIT]: '[Service]\nExecStart=/usr/bin/kubelet $A\n', '/etc/kubelet.env': 'A=--x=1\n' },
      [],
    ],
    [
      'an empty Environment and EnvironmentFile forget what stood before',
      {
        [UNIT]:
          '[Service]\nEnvironment=A=--x=1\nEnvironmentFile=/etc/one\nEnvironment=\nEnvironmentFile=\nExecStart=/usr/bin/kubelet $A $B\n',
        '/etc/one': 'B=--y=1\n',
      },
      [],
    ],
    [
      'the unit in /etc hides the one of the package',
      {
        [UNIT]: '[Service]\nExecStart=/usr/bin/kubelet --old\n',
        '/etc/systemd/system/kubelet.service': '[Service]\nExecStart=/usr/bin/kubelet --new\n',
      },
      ['--new=true'],
    ],
    [
      'a wildcard names several files',
      { [UNIT]: '[Service]\nEnvironmentFile=/etc/k/*.env\nExecStart=kubelet $A\n', '/etc/k/1.env': 'A=--x=1\n' },
      ['--x=1'],
    ],
    [
      'a colon keeps the environment out',
      { [UNIT]: '[Service]\nExecStart=:/usr/bin/kubelet --x=${A}\n' },
      ['--x=${A}'],
    ],
    [
      'a shell around it',
      { [UNIT]: `[Service]\nEnvironment="A=--x=1 --y=2"\nExecStart=/bin/sh -c 'exec /usr/bin/kubelet \${A}'\n` },
      ['--x=1', '--y=2'],
    ],
    [
      'a container around it',
      {
        [UNIT]:
          '[Service]\nExecStart=/usr/bin/docker run --name kubelet -v /var/lib/kubelet:/var/lib/kubelet img:1 kubelet --x=1\n',
      },
      ['--x=1'],
    ],
    ['hyperkube', { [UNIT]: '[Service]\nExecStart=/usr/bin/hyperkube kubelet --x=1\n' }, ['--x=1']],
    ['settings of other sections do not count', { [UNIT]: '[Unit]\nExecStart=/usr/bin/kubelet --x=1\n' }, []],
  ])('%s', (_, sources, expected) => {
    expect(flags(sources as Record<string, string>)).toEqual(expected);
  });

  test('a script of several commands is said to be unread', () => {
    const text = verbatim('u', "[Service]\nExecStart=/bin/sh -c 'modprobe x; /usr/bin/kubelet --x'\n");
    expect(extractFlags([{ path: '/etc/systemd/system/kubelet.service', text }]).unread).toHaveLength(1);
  });
});
