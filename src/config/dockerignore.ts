/**
 * Whether a .dockerignore keeps the folder `name` out of the build context: the last line that matches it counts, as
 * https://docs.docker.com/build/concepts/context/#dockerignore-files has it. Pure.
 */
export function keepsOut(dockerignore: string, name: string): boolean {
  const everything = ['*', '**', '.*', name]
  return dockerignore
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .reduce((out, line) => {
      const pattern = line.replace(/^!/, '').replace(/^(?:\.?\/|\*\*\/)+|(?:\/\*{0,2})+$/g, '')
      return everything.includes(pattern) ? !line.startsWith('!') : out
    }, false)
}
