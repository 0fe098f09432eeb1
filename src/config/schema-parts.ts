import { posix } from 'node:path'
import * as z from 'zod/mini'

const about = (description: string) => z.meta({ description })

/** One of some words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...words: T) {
  const message = words.length === 1 ? `should be ${words[0]}` : `should be one of ${words.join(', ')}`
  return z.enum(words, message)
}

const wholeNumber = (least: number, most: number) => {
  const message = `should be a whole number from ${least} to ${most}`
  return z.int(message).check(z.minimum(least, message), z.maximum(most, message))
}

// A NUL ends an argument early: Node refuses to start such a program, with a message that names no key.
const text = (what: string) => z.string(what).check(z.regex(/^[^\0]*$/, 'should hold no NUL character'))

const commandProblem = 'should be a list of program and arguments, for example [npm, run, build]'
const word = text('should be text; put a number, true or false in quotes')

/** Program and arguments; never a shell line. */
export const commandLine = z
  .array(word, commandProblem)
  .check(z.refine(words => words[0] !== undefined && words[0].trim() !== '', commandProblem))

/** Path of a URL on the app itself. */
export const path = z
  .string('should be a path, for example "/readyz"')
  .check(z.regex(/^\/(?!\/)[\x21-\x7e]*$/, 'should be a path that begins with one slash and holds no spaces'))

// Each replica gets its own; one value for all of them would break them all.
const ours = ['PORT', 'POD_NAME', 'RTDEPLOY_RUN']

export const env = z.record(
  z.string().check(
    z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name for an environment variable'),
    z.refine(key => !ours.includes(key), 'is set by rtdeploy for each replica, leave it out'),
  ),
  word,
  'should be a mapping of names to text',
)

export const folder = z.string('should be a folder inside the project').check(
  z.refine(
    value => value !== '' && !/^(?:[/\\]|[A-Za-z]:)|\0/.test(value) && !value.split(/[/\\]/).includes('..'),
    'should be a folder inside the project, relative to it',
  ),
  // One folder has one spelling: environments that share it are found by comparing.
  z.overwrite(value => posix.normalize(value).replace(/(?<=[^/])\/+$/, '')),
)

export const dev = z.strictObject(
  {
    build: z.exactOptional(commandLine).check(about('Keeps the built server fresh; runs until `dev` ends.')),
    watch: z
      ._default(z.array(folder, 'should be a list of folders'), [])
      .check(about('Folders whose changes restart the replicas.')),
    client: z
      .exactOptional(commandLine)
      .check(about('Serves the client with hot reload; gets SERVER_URL and PORT; runs until `dev` ends.')),
  },
  'should be a mapping',
)

export const loadBalancer = z.strictObject(
  {
    kind: z
      ._default(oneOf('envoy', 'classic'), 'envoy')
      .check(about('envoy: `timeout` closes idle WebSockets (Gateway). classic: active ones too (Ingress).')),
    affinity: z
      ._default(oneOf('none', 'client-ip', 'cookie'), 'cookie')
      .check(about('What keeps one session on one replica.')),
    // Google allows 2147483647; a day is past every use and inside what a timer of Node can hold.
    timeout: z._default(wholeNumber(1, 86_400), 3600).check(about('Seconds; Google’s default is 30.')),
    // https://cloud.google.com/load-balancing/docs/enabling-connection-draining
    draining: z
      ._default(wholeNumber(0, 3600), 30)
      .check(about('Seconds that a replica on its way out keeps its open connections.')),
  },
  'should be a mapping',
)

// Nobody publishes a portable Redis to download.
const redisChoice = z._default(oneOf('auto', 'url', 'program', 'docker', 'embedded', 'off'), 'auto')
const mongoChoice = z._default(
  oneOf('auto', 'url', 'program', 'docker', 'download', 'embedded', 'off'),
  'auto',
)

export const backends = z.strictObject(
  {
    redis: redisChoice.check(
      about('auto: REDIS_URL, redis-server on PATH, Docker, embedded; the first there is.'),
    ),
    mongo: mongoChoice.check(
      about('auto: MONGODB_URL, mongod on PATH, Docker, embedded; the first there is.'),
    ),
  },
  'should be a mapping',
)

// Whatever JSON can say; YAML says nothing else once it is parsed, dates and bytes aside.
const anything = z.unknown()
const eventName = z.string('should be the name of an event').check(z.minLength(1, 'should not be empty'))
const call = z
  .array(anything, 'should be a list: event, then its arguments')
  .check(
    z.refine(
      words => typeof words[0] === 'string' && words[0] !== '',
      'should begin with the name of an event',
    ),
  )

const identity = 'should be event:NAME, header:NAME, cookie:NAME or ack:NAME'

export const verify = z.strictObject(
  {
    identity: z
      ._default(
        z.string(identity).check(z.regex(/^(?:event|header|cookie|ack):\S(?:.*\S)?$/, identity)),
        'event:hostname',
      )
      .check(about('How a connection learns which replica it talks to.')),
    auth: z
      .exactOptional(z.record(z.string(), anything, 'should be a mapping'))
      .check(about('Sent when connecting.')),
    namespace: z
      ._default(
        z
          .string('should be text that begins with a slash')
          .check(z.regex(/^\/[^\s,?]*$/, 'should begin with a slash and hold no space, comma or ?')),
        '/',
      )
      .check(about('Socket.IO namespace.')),
    fanOut: z
      .exactOptional(
        z.strictObject(
          {
            join: z
              .exactOptional(call)
              .check(about('Event and arguments that put a connection into a room.')),
            send: call.check(about('Event and arguments that send a message.')),
            receive: eventName.check(about('Event by which the others in the room get the message.')),
          },
          'should be a mapping with `send` and `receive`',
        ),
      )
      .check(about('How a message crosses replicas. $room, $text and $id are filled in.')),
  },
  'should be a mapping',
)

export const local = z.strictObject(
  {
    port: z
      ._default(wholeNumber(0, 65_535), 3000)
      .check(about('Port of the load balancer on 127.0.0.1; 0 takes a free one.')),
    env: z._default(env, {}).check(about('Environment of the replicas on this machine only.')),
  },
  'should be a mapping',
)
