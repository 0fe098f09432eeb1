/** Fixes in the person's own settings, used by more than one check. */
export const hints = {
  affinity:
    "set loadBalancer.affinity: cookie in rtdeploy.yaml (GENERATED_COOKIE at Google), or transports: ['websocket'] on both sides",
  upgrade:
    'let every proxy on the way pass Upgrade and Connection; in nginx: proxy_http_version 1.1 and both headers',
  identity:
    'say how replicas name themselves: --identity event:NAME, ack:NAME, header:NAME or cookie:NAME (verify.identity in rtdeploy.yaml)',
  replicas: 'rtdeploy verify --replicas N says how many there should be',
  fanOut: 'set verify.fanOut in rtdeploy.yaml: join, send and receive',
  adapter: 'give every replica the same adapter and the same Redis; rtdeploy status shows the backends',
  idle: 'rtdeploy verify --idle 35',
  timeout: 'raise loadBalancer.timeout in rtdeploy.yaml: 3600 for kind envoy, 86400 for kind classic',
} as const
