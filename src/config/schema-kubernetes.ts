import * as z from 'zod/mini'
import { folder } from './schema-parts.ts'

const about = (description: string) => z.meta({ description })
const line = (what: string) => z.string(what).check(z.regex(/^(?! )\P{Cc}+(?<! )$/u, what))

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
const namespaceProblem = 'should be a namespace: at most 63 of a-z, 0-9 and hyphens, none of Kubernetes’ own'
export const namespace = z.string(namespaceProblem).check(
  z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, namespaceProblem),
  z.refine(value => !/^(?:default|kube-.*)$/.test(value), namespaceProblem),
)

// https://github.com/distribution/reference: a repository is lower case, its registry may have a port.
const imageProblem =
  'should be a repository without tag or digest, for example "registry.example.com/team/chat"'
const image = z
  .string(imageProblem)
  .check(
    z.regex(
      /^[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+$/,
      imageProblem,
    ),
    z.maxLength(255, 'should have at most 255 characters'),
  )

const urlProblem = 'should be a URL that begins with http:// or https://'
const url = z.string(urlProblem).check(
  z.refine(value => {
    const parsed = URL.canParse(value) ? new URL(value) : undefined
    return parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.username === ''
  }, urlProblem),
)

const keyProblem = 'should be the name of an environment variable'
const platformProblem = 'should be a platform, for example "linux/amd64"'

export const secrets = z._default(
  z.array(
    z.string(keyProblem).check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, keyProblem)),
    'should be a list of names, never of values',
  ),
  [],
)

/** The section `kubernetes` of rtdeploy.yaml. */
export const kubernetes = z.strictObject(
  {
    context: line('should be the name of a context; `kubectl config get-contexts` lists them').check(
      about('Context of the kubeconfig. It is always named, the current one decides nothing.'),
    ),
    namespace: z.exactOptional(namespace).check(about('Namespace of the app; its name when absent.')),
    image: image.check(about('Repository that the image is pushed to; no tag, no digest.')),
    platform: z
      ._default(
        z.string(platformProblem).check(z.regex(/^linux\/[a-z0-9]+(?:\/v\d)?$/, platformProblem)),
        'linux/amd64',
      )
      .check(about('Platform of the nodes, which the image is built for.')),
    manifests: z
      ._default(folder, 'infra/kubernetes')
      .check(about('Folder of the manifests, with a kustomization.yaml.')),
    url: z
      .exactOptional(url)
      .check(about('Where people come in; the entry point’s own address when absent.')),
    secrets: secrets.check(
      about('Names of the secrets. Values come from the environment, a file outside git, or a question.'),
    ),
  },
  'should be a mapping with `context`, `image` and more',
)
