import { dirname, join, relative, sep } from 'node:path'
import { exitCodes, Interrupted, UserError } from '../errors.ts'
import type { Plan, Step } from '../plan/plan.ts'
import type { Host, TreeFile } from '../run/host.ts'
import { removeLeftovers, stagingFolder } from './staging.ts'
import type { Target } from './target.ts'

interface Write {
  /** Relative to the target's root, with `/`. */
  readonly path: string
  readonly file: TreeFile
  /** What is overwritten. */
  readonly original: Uint8Array | undefined
}

/**
 * Writes all files of the plan or none. They are written beside their place first, where a full disk does no harm,
 * then moved: a new folder in one rename, otherwise one for each new file or subfolder.
 * Throws a `UserError` after everything is as it was before.
 */
export async function writeProject(host: Host, folder: string, plan: Plan, target: Target): Promise<void> {
  const writes = plan.steps.filter(step => step.skip === undefined).map(step => writeOf(step, folder, target))
  const creates = writes.filter(write => write.original === undefined)
  const undo: (() => Promise<void>)[] = []
  const staging = stagingFolder(target.root, host.self)
  try {
    // Who was killed after the last rename has left its folder where `root` was then: beside the project, or further up.
    const above = target.root === folder && folder !== host.cwd ? [dirname(folder), host.cwd] : []
    for (const place of new Set([target.root, ...above])) await removeLeftovers(host, place)
    host.interrupted.throwIfAborted()
    await host.writeTree(
      staging,
      creates.map(({ path, file }) => ({ ...file, path })),
    )
    host.interrupted.throwIfAborted()
    for (const unit of unitsOf(creates, target)) {
      const place = join(target.root, unit)
      if ((await host.kindOf(place)) !== undefined) throw appeared(target.root)
      await host.rename(join(staging, unit), place)
      undo.push(() => host.rename(place, join(staging, unit)))
    }
    for (const { path, file, original } of writes) {
      if (original === undefined) continue
      const place = join(target.root, path)
      const mode = file.executable ? { mode: 0o755 } : {}
      undo.push(() => host.writeFile(place, original, mode))
      await host.writeFile(place, file.contents, mode)
    }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    await host.remove(staging)
    throw problemOf(error, target.root)
  }
  await host.remove(staging)
}

function writeOf(step: Step, folder: string, target: Target): Write {
  if (step.action.kind !== 'write') throw new TypeError(`init cannot do ${step.action.kind}`)
  const { path, contents, mode } = step.action
  const within = relative(folder, path).split(sep).join('/')
  return {
    path: target.prefix === '' ? within : `${target.prefix}/${within}`,
    file: { path: within, contents, executable: mode !== undefined && (mode & 0o100) !== 0 },
    original: target.contents.get(within),
  }
}

/** The topmost paths that are not there yet: moving them moves everything. */
function unitsOf(creates: readonly Write[], target: Target): Set<string> {
  const units = new Set<string>()
  for (const { path } of creates) {
    const parts = path.split('/')
    const depth = parts.findIndex((_, index) => !target.folders.has(parts.slice(0, index + 1).join('/')))
    units.add(parts.slice(0, depth + 1).join('/'))
  }
  return units
}

function appeared(path: string): UserError {
  return new UserError(`something appeared in ${path} while the project was being made`, {
    code: 'folder.blocked',
    hint: 'run `rtdeploy init` again when nothing else writes there',
    exitCode: exitCodes.usage,
  })
}

function problemOf(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (error instanceof UserError || error instanceof Interrupted) return error
  if (['ENOTEMPTY', 'EEXIST'].includes(code)) return appeared(folder)
  if (['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new UserError(`${folder} cannot be written to (${code}), nothing was changed`, {
      code: 'folder.unwritable',
      hint: `choose another folder, or see who owns it: ls -ld ${folder}`,
      exitCode: exitCodes.missing,
      cause: error,
    })
  }
  if (code !== '') {
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)
    const message = error instanceof Error ? error.message : ''
    return new UserError(`the project could not be written (${message}), nothing was changed`, {
      code: full ? 'disk.full' : 'folder.unwritable',
      hint: full ? `see what is free: df -h ${folder}` : 'choose another folder',
      cause: error,
    })
  }
  return error
}
