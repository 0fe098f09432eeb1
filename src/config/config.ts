import type { GkeConfig } from './gke.ts'

/** Where an app can run. More targets come as rooms of `targets/`. */
export type TargetName = 'local' | 'kubernetes' | 'gke'

/** How a load balancer picks a replica: `cookie` is Google's GENERATED_COOKIE, `client-ip` its CLIENT_IP. */
export type Affinity = 'none' | 'client-ip' | 'cookie'

/**
 * What `timeout` means for a WebSocket: `envoy` (global external ALB, made by Gateway) closes only idle ones,
 * `classic` (made by Ingress) closes idle and active ones alike.
 */
export type BalancerKind = 'envoy' | 'classic'

export interface LoadBalancer {
  readonly kind: BalancerKind
  readonly affinity: Affinity
  /** Seconds. */
  readonly timeout: number
  /** Seconds that a replica on its way out keeps its open connections. */
  readonly draining: number
}

/** Which rung serves a backend; `auto` takes the first that is there: url, program, docker, embedded. */
export type BackendChoice = 'auto' | 'url' | 'program' | 'docker' | 'download' | 'embedded'

/** What `verify` does to see a message cross replicas. `$room`, `$text` and `$id` in strings are filled in. */
export interface FanOut {
  /** Event and arguments that put a connection into a room; none when every connection hears everything. */
  readonly join?: readonly unknown[]
  /** Event and arguments that send; the other connections must then receive `receive`, holding `$text`. */
  readonly send: readonly unknown[]
  readonly receive: string
}

/** Where and how the target `kubernetes` runs the app. */
export interface KubernetesConfig {
  /** Of the kubeconfig; always named in each call, the current one decides nothing. */
  readonly context: string
  /** The project's name when absent. */
  readonly namespace?: string
  /** Repository without tag or digest: `registry.example.com/team/chat`. */
  readonly image: string
  /** For which the image is built: `linux/amd64`. */
  readonly platform: string
  /** Folder of the manifests with a kustomization.yaml, relative to the project. */
  readonly manifests: string
  /** Where people come in; computed from the entry point's address when absent. */
  readonly url?: string
  /** Keys of the Secret `<name>-secrets`; their values are never in a file of the project. */
  readonly secrets: readonly string[]
}

/** What --env names. */
export interface Environment {
  readonly name: string
  /** What the file says without --env. */
  readonly production: Config
}

/** rtdeploy.yaml, checked, with every default filled in. */
export interface Config {
  readonly version: 1
  /** At most 20 characters, a DNS label without `--`: every other name is made from it. */
  readonly name: string
  readonly target: TargetName
  readonly app: {
    readonly replicas: number
    /** Program and arguments, never a shell line. */
    readonly install: readonly string[]
    readonly build?: readonly string[]
    readonly start: readonly string[]
    readonly env: Readonly<Record<string, string>>
    /** Path that answers 200 when the replica may get traffic. */
    readonly ready: string
    /** Path of the Socket.IO endpoint, with slashes on both ends. */
    readonly socketPath: string
  }
  readonly dev: {
    /** Long-running command that keeps the built server fresh. */
    readonly build?: readonly string[]
    /** Folders, relative to the project, whose changes restart the replicas. */
    readonly watch: readonly string[]
    /** Long-running command that serves the client with hot reload; gets SERVER_URL and PORT. */
    readonly client?: readonly string[]
  }
  readonly loadBalancer: LoadBalancer
  readonly backends: {
    /** `off` when the app has no use for it. */
    readonly redis: BackendChoice | 'off'
    readonly mongo: BackendChoice | 'off'
  }
  readonly verify: {
    /** How a connection learns which replica it talks to: `event:hostname`, `header:x-pod`, `cookie:NAME`, `ack:whoami`. */
    readonly identity: string
    /** Sent in the CONNECT packet. */
    readonly auth?: Readonly<Record<string, unknown>>
    readonly namespace: string
    readonly fanOut?: FanOut
  }
  readonly local: {
    /** Port of the front door on 127.0.0.1; 0 takes a free one. */
    readonly port: number
    /** Environment of the replicas on this machine only. */
    readonly env: Readonly<Record<string, string>>
  } /** There when the app runs on the target `kubernetes`. */
  readonly kubernetes?: KubernetesConfig
  /** There when the app runs on the target `gke`. */
  readonly gke?: GkeConfig
  /** Of an environment other than production, whose settings these are. */
  readonly environment?: Environment
}
