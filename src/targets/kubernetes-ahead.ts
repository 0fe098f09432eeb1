import { findImage, findRendered, planUp } from './kubernetes-release.ts'
import type { Session } from './kubernetes-session.ts'

/**
 * For a target that makes the cluster, and most often finds that it is there and as it should be: what the stages will ask
 * for is asked for meanwhile. Nobody is asked for anything; whatever goes wrong is for the stages to say.
 */
export interface Ahead {
  /** Begins with the manifests and the sources, for which no cluster has to be there. */
  lookAtFiles(): void
  /** Begins with the cluster. */
  lookAhead(): void
  /** The cluster is about to change, or another one: what was begun ends, what it found counts no longer. */
  forget(): void
}

export function openAhead(session: Session): Ahead {
  const begin = (look: (session: Session) => Promise<unknown>) => {
    look(session.untilForgotten()).catch(() => undefined)
  }
  return {
    lookAtFiles: () => begin(lookAtFiles),
    lookAhead: () => begin(lookAtCluster),
    forget: session.forget,
  }
}

async function lookAtFiles(session: Session): Promise<void> {
  const image = await findImage(session)
  await findRendered(session, image, image.digest)
}

async function lookAtCluster(session: Session): Promise<void> {
  const image = await findImage(session)
  // Without a digest, what will be released is not known.
  if (image.digest === undefined) return
  await planUp({ ...session, flags: { ...session.flags, dryRun: true } })
}
