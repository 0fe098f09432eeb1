interface Fault {
  readonly match: { readonly method?: string; readonly path: string }
  readonly times: number
  readonly kind: string
  readonly code?: number
  readonly status?: string
  readonly reason?: string
  readonly message?: string
}

export const onCluster = { method: 'POST', path: '/clusters$' }

/** What Google says, in its own words; what we make of it; and with which code we end. */
export const faults: readonly (readonly [name: string, fault: Fault, exitCode: number, says: RegExp])[] = [
  [
    'a permission is missing',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      status: 'PERMISSION_DENIED',
      reason: 'IAM_PERMISSION_DENIED',
      message: 'Required "container.clusters.create" permission(s) for "projects/testbed-project".',
    },
    3,
    /you lack the permission.*testbed-project[\s\S]*code: gke\.permission/,
  ],
  [
    'a quota does not last',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 403,
      status: 'RESOURCE_EXHAUSTED',
      message:
        "Insufficient regional quota to satisfy request: resource \"CPUS\": request requires '12.0' and is short '4.0'. project has a quota of '8.0' with '8.0' available.",
    },
    3,
    /too little left of the quota CPUS: it takes 12\.0, 4\.0 are missing[\s\S]*code: gke\.quota/,
  ],
  [
    'an API is not on everywhere yet',
    {
      match: { method: 'POST', path: '/global/networks$' },
      times: -1,
      kind: 'error',
      code: 403,
      reason: 'accessNotConfigured',
      message:
        'Compute Engine API has not been used in project 123456789012 before or it is disabled. Enable it, then retry.',
    },
    1,
    /not on everywhere yet[\s\S]*code: gke\.api-off/,
  ],
  [
    'the login ends in the middle',
    {
      match: onCluster,
      times: -1,
      kind: 'error',
      code: 401,
      status: 'UNAUTHENTICATED',
      message: 'Request had invalid authentication credentials.',
    },
    3,
    /no longer accepts the login[\s\S]*gcloud auth login[\s\S]*code: gke\.login/,
  ],
  [
    'an operation fails in the end',
    {
      match: onCluster,
      times: 1,
      kind: 'operation-error',
      code: 8,
      message: 'ZONE_RESOURCE_POOL_EXHAUSTED: the zone does not have enough resources available.',
    },
    1,
    /no machines of this kind left[\s\S]*code: gke\.stockout/,
  ],
  [
    'the network is away',
    { match: { method: 'POST', path: '/global/networks$' }, times: -1, kind: 'drop' },
    1,
    /cannot be reached[\s\S]*code: network\.down/,
  ],
]
