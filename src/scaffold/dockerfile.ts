/** What an image has that a Dockerfile makes, as far as it says so itself; nothing of the image that it begins with. */
export interface DockerImage {
  readonly platform: string | undefined
  /** undefined: the value depends on a build argument or on another variable. */
  readonly env: ReadonlyMap<string, string | undefined>
  /** As they are written: `3000`, `53/udp`, `$PORT`. */
  readonly expose: readonly string[]
  /** The words that check it, and nothing of how often. */
  readonly healthcheck: string | undefined
  readonly entrypoint: readonly string[] | string | undefined
  /** A list when it is written as one, else a line for a shell. */
  readonly cmd: readonly string[] | string | undefined
  readonly user: string | undefined
  readonly volumes: readonly string[]
}

interface Instruction {
  readonly name: string
  readonly rest: string
}

interface Word {
  readonly text: string
  /** Holds a `$` that Docker fills in. */
  readonly open: boolean
}

const nothing: DockerImage = {
  ...{ platform: undefined, env: new Map(), expose: [], healthcheck: undefined, entrypoint: undefined },
  ...{ cmd: undefined, user: undefined, volumes: [] },
}

/**
 * The image of the last stage, with what it inherits from earlier stages of the same file. Throws nothing: what is no instruction
 * is passed over. Syntax: https://docs.docker.com/reference/dockerfile/. Pure.
 */
export function readDockerfile(text: string): DockerImage {
  const { instructions, mark } = instructionsOf(text)
  const stages = new Map<string, DockerImage>()
  let stage = nothing
  let name = ''
  for (const { name: instruction, rest } of instructions) {
    if (instruction === 'FROM') {
      const [, platform] = /--platform=(\S+)/.exec(rest) ?? []
      const [, base = '', as = ''] = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest) ?? []
      const parent = stages.get(base.toLowerCase()) ?? nothing
      stage = { ...parent, platform: platform?.includes('$') === false ? platform : parent.platform }
      name = as.toLowerCase()
    } else stage = { ...stage, ...changed(stage, instruction, rest, mark) }
    if (name !== '') stages.set(name, stage)
  }
  return stage
}

function changed(stage: DockerImage, name: string, rest: string, mark: string): Partial<DockerImage> {
  switch (name) {
    case 'ENV':
      return { env: new Map([...stage.env, ...variablesOf(rest, mark)]) }
    case 'EXPOSE':
      return { expose: [...stage.expose, ...wordsOf(rest, mark).map(word => word.text)] }
    case 'HEALTHCHECK': {
      const [, check] = /(?:^|\s)CMD\s+(.*)$/i.exec(rest) ?? []
      return { healthcheck: check === undefined ? undefined : [listOrLine(check)].flat().join(' ') }
    }
    case 'CMD':
      return { cmd: listOrLine(rest) }
    case 'ENTRYPOINT':
      return { entrypoint: listOrLine(rest) }
    case 'USER':
      return { user: rest.trim() }
    case 'VOLUME':
      return { volumes: [...stage.volumes, ...[listOrLine(rest)].flat()] }
    default:
      return {}
  }
}

/** Lines become instructions: continued lines are joined, comments and the text of here-documents fall out. */
function instructionsOf(text: string) {
  const mark = /^#\s*escape\s*=\s*`\s*$/im.test(directives(text)) ? '`' : '\\'
  const instructions: Instruction[] = []
  let joined = ''
  let ends: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (ends.length > 0) {
      if (line.replace(/^\t+/, '') === ends[0]) ends = ends.slice(1)
      continue
    }
    if (/^\s*(?:#|$)/.test(line)) continue
    const open = continued(line, mark)
    joined += open ?? line
    if (open !== undefined) continue
    const [, name = '', rest = ''] = /^\s*([a-z]+)\s+(.*)$/i.exec(joined) ?? []
    if (name !== '') instructions.push({ name: name.toUpperCase(), rest: rest.trim() })
    if (/^(?:run|copy|add)$/i.test(name))
      ends = [...rest.matchAll(/(?<!<)<<-?(["']?)(\w+)\1/g)].map(([, , end = '']) => end)
    joined = ''
  }
  return { instructions, mark }
}

/** Parser directives are the comments before anything else. */
const directives = (text: string) => /^(?:#[^\n]*\n?)*/.exec(text.replace(/\uFEFF|\r/g, ''))?.[0] ?? ''

/** The line without its mark of continuation; undefined when it has none. Two of them are none. */
function continued(line: string, mark: string): string | undefined {
  const bare = line.trimEnd()
  return bare.endsWith(mark) && !bare.endsWith(mark + mark) ? bare.slice(0, -1) : undefined
}

/** `K=v "L=w x"`, or the older `K everything else`. */
function variablesOf(rest: string, mark: string): (readonly [string, string | undefined])[] {
  const filled = ({ text, open }: Word) => (open ? undefined : text)
  const [, first = '', others = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? []
  if (!first.includes('=')) return [[first, filled(scan(others, mark))]]
  return wordsOf(rest, mark).map(word => {
    const [key = ''] = word.text.split('=', 1)
    return [key, filled({ ...word, text: word.text.slice(key.length + 1) })] as const
  })
}

function wordsOf(line: string, mark: string): Word[] {
  const words: Word[] = []
  for (let left = line.trim(); left !== ''; ) {
    const word = scan(left, mark, true)
    words.push(word)
    left = left.slice(word.length).trimStart()
  }
  return words
}

/** Takes quotes and escapes off, to the end or to the first space outside of quotes. */
function scan(line: string, mark: string, toSpace = false): Word & { readonly length: number } {
  let text = ''
  let open = false
  let quote = ''
  let at = 0
  for (; at < line.length; at++) {
    const char = line[at] ?? ''
    const next = line[at + 1] ?? ''
    if (char === mark && quote !== "'" && (quote === '' || ['"', '$', mark].includes(next))) {
      text += next
      at++
    } else if (char === quote) quote = ''
    else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (toSpace && quote === '' && /\s/.test(char)) break
    else {
      if (char === '$' && quote !== "'") open = true
      text += char
    }
  }
  return { text, open, length: at }
}

function listOrLine(rest: string): readonly string[] | string {
  try {
    const value: unknown = JSON.parse(rest)
    if (Array.isArray(value) && value.every(word => typeof word === 'string')) return value
  } catch {
    // Docker takes what is no JSON for a shell's line.
  }
  return rest
}
