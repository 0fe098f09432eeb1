import * as z from 'zod/mini'
import type { Config } from './config.ts'
import { isMapping } from './environments.ts'
import { longestName, problemOfName } from './name.ts'
import { gke, withMode } from './schema-gke.ts'
import { kubernetes } from './schema-kubernetes.ts'
import { backends, commandLine, dev, env, loadBalancer, local, oneOf, path, verify } from './schema-parts.ts'

/** The one that this program reads; a file with a higher one needs a newer rtdeploy. */
export const configVersion = 1

const version = z
  .literal(configVersion, `should be ${configVersion}`)
  .check(z.meta({ description: 'Version of this file’s format.' }))

const name = z.string(`should be a name of at most ${longestName} characters`).check(
  z.superRefine((value, context) => {
    const problem = problemOfName(value)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, input: value })
  }),
  z.meta({
    description: `Every other name is made from it: at most ${longestName} characters, a-z, 0-9 and single hyphens.`,
  }),
)

const replicas = 'should be a whole number from 1 to 20'
const app = z.strictObject(
  {
    replicas: z
      ._default(z.int(replicas).check(z.minimum(1, replicas), z.maximum(20, replicas)), 3)
      .check(z.meta({ description: 'How many copies of the app run behind the load balancer.' })),
    install: z
      ._default(commandLine, ['npm', 'install'])
      .check(z.meta({ description: 'Program and arguments that install what the app needs.' })),
    build: z
      .exactOptional(commandLine)
      .check(z.meta({ description: 'Program and arguments that build the app.' })),
    start: commandLine.check(
      z.meta({ description: 'Program and arguments that start one replica. It gets PORT and POD_NAME.' }),
    ),
    env: z._default(env, {}).check(z.meta({ description: 'Environment of every replica. No secrets here.' })),
    ready: z
      ._default(path, '/readyz')
      .check(z.meta({ description: 'Path that answers 200 when a replica may get traffic.' })),
    socketPath: z
      ._default(
        path.check(z.regex(/^\/(?:.*\/)?$/, 'should begin and end with a slash, for example "/socket.io/"')),
        '/socket.io/',
      )
      .check(z.meta({ description: 'Path of the Socket.IO endpoint.' })),
  },
  'should be a mapping with `start` and more',
)

const overlayProblem = 'should be a mapping of what differs from production'
const environments = z
  .record(
    z.string(),
    z.unknown().check(z.refine(value => value === null || isMapping(value), overlayProblem)),
    'should be a mapping of names to what differs from production',
  )
  .check(
    z.meta({
      description:
        'Environments besides production, for --env: by name, what differs. null takes a key away.',
    }),
  )

/** rtdeploy.yaml: what may stand in it, its defaults and its meaning. Messages end the sentence `key ...`. */
export const configSchema = z
  .strictObject(
    {
      version,
      name,
      target: z
        ._default(oneOf('local', 'kubernetes', 'gke'), 'local')
        .check(z.meta({ description: 'Where `rtdeploy up` runs the app when --target does not say.' })),
      app: app.check(z.meta({ description: 'The app: how it is built, started and asked if it is ready.' })),
      dev: z._default(dev, { watch: [] }).check(z.meta({ description: 'What `rtdeploy dev` runs besides.' })),
      loadBalancer: z
        .prefault(loadBalancer, {})
        .check(z.meta({ description: 'The rules of the load balancer in front of the replicas.' })),
      backends: z
        .prefault(backends, {})
        .check(z.meta({ description: 'Which Redis and which MongoDB the app gets.' })),
      verify: z
        .prefault(verify, {})
        .check(z.meta({ description: 'How `rtdeploy verify` speaks with the app.' })),
      local: z.prefault(local, {}).check(z.meta({ description: 'What holds for the target `local` only.' })),
      kubernetes: z
        .exactOptional(kubernetes)
        .check(z.meta({ description: 'What holds for the target `kubernetes` only, which needs it.' })),
      gke: z
        .exactOptional(gke)
        .check(z.meta({ description: 'What holds for the target `gke` only, which needs it.' })),
      environments: z.exactOptional(environments),
    },
    'should be a mapping with `version`, `name`, `app` and more',
  )
  .check(z.meta({ title: 'rtdeploy.yaml', description: 'How rtdeploy runs and verifies a realtime app.' }))

type Parsed = z.output<typeof configSchema>
/** Fails to compile when the schema and `Config` drift apart. */
export const asConfig = ({ environments: _, gke: section, ...parsed }: Parsed): Config => ({
  ...parsed,
  ...(section === undefined ? {} : { gke: withMode(section) }),
})
