type Json = Readonly<Record<string, unknown>>

/** Something that we make in Google Cloud, by the name that it has in each of the three worlds. */
export interface KnownResource {
  /** In Terraform: `google_container_cluster.main`. */
  readonly address: string
  /** For `terraform import`. */
  readonly id: string
  /** For people: `cluster chat`. */
  readonly title: string
  /** API and path by which it is read. */
  readonly api: string
  readonly path: string
  /** From what the API answers: by label or by description. A pool’s label is on its nodes. */
  isOurs(answer: Json): boolean
  /** When it is part of what is read: whether it is in there. */
  isThere?(answer: Json): boolean
  /** Arguments of the gcloud that removes it, without `gcloud`. */
  readonly remove: readonly string[]
}
