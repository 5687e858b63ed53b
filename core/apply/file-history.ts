import type { RunEvent, RunEventOf } from './run-event.ts';

/** Content of a file at one moment; see Attestation for what null means. */
export type FileState = Readonly<{ exists: boolean | null; sha256: string | null }>;

/** What one run saw of one file on one host. */
export type FileHistory = Readonly<{
  host: string;
  dest: string;
  /** Before the run wrote it; null when it did not look. */
  before: FileState | null;
  /** When the run last looked or wrote; null when it did neither. */
  after: FileState | null;
  /** The run changed its content. */
  written: boolean;
  /** SHA-1 the last write reported, where nothing better is known. */
  sha1: string | null;
}>;

const WRITING = new Set([
  'assemble',
  'blockinfile',
  'copy',
  'get_url',
  'ini_file',
  'lineinfile',
  'replace',
  'template',
  'unarchive',
]);

/**
 * Follows every file through the events of a run. A write whose result is not known makes the state unknown until the
 * run looks again. Check mode writes nothing and shows what would be: it is left out, except for looking at files.
 */
export function fileHistories(events: readonly RunEvent[]): FileHistory[] {
  const files = new Map<string, FileHistory>();
  const update = (host: string, dest: string, change: (file: FileHistory) => FileHistory) => {
    const key = JSON.stringify([host, dest]);
    files.set(key, change(files.get(key) ?? { host, dest, before: null, after: null, written: false, sha1: null }));
  };
  for (const event of events) {
    if (event.type === 'file.state') {
      const { host, dest, exists, sha256 } = event.data;
      update(host, dest, file => seen(file, { exists, sha256 }));
    } else if (event.type === 'task.result' && event.data.dest !== undefined && event.data.delegated !== true) {
      const { host, dest } = event.data;
      update(host, dest, file => afterTask(file, event));
    }
  }
  return [...files.values()];
}

function seen(file: FileHistory, state: FileState): FileHistory {
  return { ...file, before: file.before ?? (file.written ? null : state), after: state, sha1: null };
}

function afterTask(file: FileHistory, { data }: RunEventOf<'task.result'>): FileHistory {
  const { status, check } = data;
  const sha256 = data.sha256 ?? null;
  if (data.action === 'stat') return status === 'ok' ? seen(file, { exists: data.exists ?? null, sha256 }) : file;
  if (check || status === 'skipped' || status === 'unreachable') return file;
  const before = file.before ?? (file.written ? null : beforeTask(data));
  const written = file.written || (data.changed && changesContent(data));
  if (sha256 !== null || data.exists === false)
    return { ...file, before, written, after: { exists: data.exists ?? true, sha256 }, sha1: null };
  if (removes(data)) return { ...file, before, written, after: { exists: false, sha256: null }, sha1: null };
  if (!changesContent(data)) return { ...file, before };
  const left = data.changed || status !== 'ok' ? { exists: null, sha256: null } : file.after;
  return { ...file, before, written, after: left, sha1: left?.sha256 == null ? (data.sha1 ?? null) : null };
}

function removes({ action, state, status }: RunEventOf<'task.result'>['data']): boolean {
  return action === 'file' && state === 'absent' && status === 'ok';
}

function changesContent({ action, state }: RunEventOf<'task.result'>['data']): boolean {
  return WRITING.has(action) || (action === 'file' && state !== 'file' && state !== 'directory');
}

function beforeTask(data: RunEventOf<'task.result'>['data']): FileState | null {
  if (data.before_exists === undefined) return null;
  return { exists: data.before_exists, sha256: data.before_sha256 ?? null };
}
