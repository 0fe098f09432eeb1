/** Where on GitHub a project is, and which branch deploys it. */
export interface GithubPlace {
  /** `owner/name` */
  readonly repository: string
  readonly branch: string
}

// Accounts have at most 39 characters; those of companies end in an underscore and the company's short name.
const owner = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/
const repositoryName = /^[A-Za-z0-9._-]{1,100}$/
// Narrower than git's own rule, and without what a workflow's filter takes as a pattern.
const branchName = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,98}[A-Za-z0-9_-])?$/

/** What is wrong with `owner/name`, as an end of the sentence `repository ...`; undefined when nothing is. Pure. */
export function problemOfRepository(text: string): string | undefined {
  const [account = '', name = '', ...more] = text.split('/')
  if (more.length > 0 || !owner.test(account) || !repositoryName.test(name)) {
    return 'should be OWNER/NAME, as in its address on github.com'
  }
  return /^\.+$|\.git$/.test(name) ? 'should not end like that' : undefined
}

/** What is wrong with a branch, as an end of the sentence `branch ...`; undefined when nothing is. Pure. */
export function problemOfBranch(text: string): string | undefined {
  const bad = !branchName.test(text) || /\.\.|\/\/|\/\.|\.lock(?:\/|$)/.test(text)
  return bad ? 'should have only letters, digits and . _ - / inside' : undefined
}

/** `owner/name` of a remote on github.com, by https or ssh; undefined for every other. Pure. */
export function repositoryOfRemote(url: string): string | undefined {
  const found =
    /^(?:https:\/\/(?:[^/@]*@)?(?:www\.)?github\.com\/|(?:[\w-]+@)?github\.com:|ssh:\/\/(?:[\w-]+@)?(?:ssh\.)?github\.com(?::\d+)?\/)([^\s]+?)(?:\.git)?\/?$/i.exec(
      url.trim(),
    )?.[1]
  return found === undefined || problemOfRepository(found) !== undefined ? undefined : found
}

/** A folder that can stand in a workflow: no expression, no way out of the repository. Pure. */
export const isWorkflowFolder = (folder: string): boolean =>
  /^(?:[A-Za-z0-9_][\w.@+-]*(?:\/|$))*$/.test(folder)
