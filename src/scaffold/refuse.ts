import type { TargetName } from '../config/config.ts'
import { exitCodes, UserError } from '../errors.ts'
import { describeFiles, type PlannedFile } from '../plan/scaffold.ts'
import type { Adopted } from './adopted.ts'
import type { InitOptions } from './answers.ts'
import type { Target } from './target.ts'

const mostShown = 10

/** Throws a `UserError` (exit 2) when a folder has files of another kind: a project is not to mingle with them unasked. */
export function refuseStrangers(folder: string, target: Target): void {
  if (target.isProject || target.strangers.length === 0) return
  const shown = target.strangers.slice(0, mostShown)
  const rest = target.strangers.length - shown.length
  throw new UserError(`${folder} is not empty`, {
    code: 'folder.not-empty',
    hint: 'choose another folder; --force goes into this one and deletes nothing',
    details: rest > 0 ? [...shown, `and ${rest} more`] : shown,
    exitCode: exitCodes.usage,
  })
}

/** Throws a `UserError` (exit 2) when flags name two things to start from. */
export function refuseTwoSources({ existing, from, template }: InitOptions): void {
  const other = from !== undefined ? '--from' : template !== undefined ? '--template' : undefined
  if (existing !== true || other === undefined) return
  throw new UserError(`--existing and ${other} name two things to start from`, {
    code: 'existing.twice',
    hint: `leave one of them out: --existing reads Dockerfile and package.json`,
    exitCode: exitCodes.usage,
  })
}

/** Throws a `UserError` (exit 2) when a target needs an image and nothing there makes one. */
export function refuseImageless(adopted: Adopted | undefined, target: TargetName | undefined): void {
  if (adopted?.localOnly !== true || target === undefined || target === 'local') return
  throw new UserError(`the target ${target} needs a Dockerfile, and there is none`, {
    code: 'existing.imageless',
    hint: 'write one, or begin on this machine: --target local',
    exitCode: exitCodes.usage,
  })
}

/** Throws a `UserError` (exit 2) that lists the files which are there and differ. */
export function refuseConflicts(files: readonly PlannedFile[], describe = describeFiles): void {
  const conflicts = files.filter(file => file.state === 'conflict')
  if (conflicts.length === 0) return
  const count =
    conflicts.length === 1
      ? '1 file is there already and differs'
      : `${conflicts.length} files are there already and differ`
  throw new UserError(`${count}, nothing was written`, {
    code: 'file.conflict',
    hint: 'move them away, or overwrite them: --force',
    details: describe(conflicts),
    exitCode: exitCodes.usage,
  })
}
