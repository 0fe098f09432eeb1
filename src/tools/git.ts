import type { Query } from '../command.ts'

/** The commit that the folder stands on; the query fails where there is none. */
export function headCommit(folder: string): Query<string> {
  return {
    command: { program: 'git', args: ['-C', folder, 'rev-parse', '--verify', '--short=12', 'HEAD'] },
    parse: stdout => stdout.trim(),
  }
}

/** Paths of the folder that differ from the commit, new ones too; ignored ones are not among them. */
export function changedPaths(folder: string): Query<readonly string[]> {
  const args = ['-C', folder, 'status', '--porcelain=v1', '--untracked-files=all', '-z', '--', '.']
  return {
    command: { program: 'git', args },
    parse: stdout =>
      stdout
        .split('\0')
        .filter(Boolean)
        .map(entry => entry.slice(3)),
  }
}

/** Succeeds when git would take the path into a commit: neither ignored nor outside. */
export function wouldCommit(folder: string, path: string): Query<boolean> {
  const args = ['-C', folder, 'ls-files', '--cached', '--others', '--exclude-standard', '--', path]
  return { command: { program: 'git', args }, parse: stdout => stdout.trim() !== '' }
}

/** Where `git push` goes; the query fails without a remote of that name. An address may hold a password. */
export function originUrl(folder: string): Query<string> {
  return {
    command: { program: 'git', args: ['-C', folder, 'remote', 'get-url', 'origin'] },
    parse: stdout => stdout.trim(),
  }
}

/** From the top of the repository to the folder: `apps/chat/`, empty at the top; the query fails outside of one. */
export function pathInRepository(folder: string): Query<string> {
  return {
    command: { program: 'git', args: ['-C', folder, 'rev-parse', '--show-prefix'] },
    parse: stdout => stdout.replace(/\r?\n$/, ''),
  }
}
