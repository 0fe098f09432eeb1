import { cases, type RedisCase } from './redis-case.ts'

export const pubsubCases: readonly RedisCase[] = cases({
  'a message reaches the subscriber of its channel and nobody else': `
    a: SUBSCRIBE ch; b: SUBSCRIBE other; c: PUBLISH ch hello; a <; c: PUBLISH nobody hello
  `,
  'several channels are confirmed one by one, with the count growing': `
    SUBSCRIBE one two one; a <; a <; UNSUBSCRIBE two; UNSUBSCRIBE never; UNSUBSCRIBE
  `,
  'leaving everything without being anywhere answers once with no name': `
    UNSUBSCRIBE; PUNSUBSCRIBE; SUNSUBSCRIBE
  `,
  'channels and patterns count together, sharded channels apart': `
    SUBSCRIBE a; PSUBSCRIBE a*; SSUBSCRIBE a; SUNSUBSCRIBE a; PUNSUBSCRIBE a*; UNSUBSCRIBE a
  `,
  'a pattern and its channel deliver twice to the same client': `
    a: SUBSCRIBE news.x; a: PSUBSCRIBE news.*; b: PUBLISH news.x hi; a <; a <; b: PUBLISH news.y hi;
    a <
  `,
  'patterns follow the rules of globs': `
    a: PSUBSCRIBE h[^e]llo; b: PUBLISH hello 1; b: PUBLISH hallo 1; a <; a: PSUBSCRIBE w?r\\[d;
    b: PUBLISH wor[d 1; a <; b: PUBLISH wor[dd 1
  `,
  'sharded and classic channels of one name are two': `
    a: SUBSCRIBE same; b: SSUBSCRIBE same; c: PUBLISH same classic; a <; c: SPUBLISH same sharded;
    b <
  `,
  'patterns do not see sharded channels': `
    a: PSUBSCRIBE *; c: SPUBLISH same sharded
  `,
  'messages are bytes, not text': `
    a: SUBSCRIBE "\\x00\\xff"; b: PUBLISH "\\x00\\xff" "\\r\\n\\x80\\x00"; a <;
    b: PUBLISH "\\x00\\xff" ""; a <
  `,
  'PUBSUB tells who listens': `
    a: SUBSCRIBE x; b: SUBSCRIBE x; a: PSUBSCRIBE p*; b: PSUBSCRIBE p*; a: SSUBSCRIBE s;
    c: PUBSUB CHANNELS; c: PUBSUB CHANNELS y*; c: PUBSUB NUMSUB; c: PUBSUB NUMSUB x y;
    c: PUBSUB NUMPAT; c: PUBSUB SHARDCHANNELS; c: PUBSUB SHARDCHANNELS x*; c: PUBSUB SHARDNUMSUB s x;
    c: PUBSUB NUMSUB s; c: PUBSUB; c: PUBSUB nonsense; c: PUBSUB NUMPAT more
  `,
  'a client of RESP2 that listens may do little else': `
    SUBSCRIBE ch; GET k; SET k v; MULTI; CLIENT ID x; PUBSUB NUMPAT; CONFIG GET nonsense; HELLO 4; PUBLISH ch x; NONSENSE; GET; PING;
    PING text; PSUBSCRIBE p; SSUBSCRIBE s; UNSUBSCRIBE; PING; PUNSUBSCRIBE; SUNSUBSCRIBE; PING;
    SET k v
  `,
  'PUBLISH in a transaction is sent when it runs': `
    a: SUBSCRIBE ch; b: MULTI; b: PUBLISH ch one; b: SPUBLISH ch two; b: EXEC; a <
  `,
  'subscribing in a transaction answers inside of it': `
    MULTI; SUBSCRIBE ch; UNSUBSCRIBE ch; EXEC
  `,
  'RESET leaves every channel': `
    SUBSCRIBE ch; PSUBSCRIBE p*; SSUBSCRIBE s; RESET; b: PUBLISH ch x; b: PUBSUB NUMPAT;
    b: SPUBLISH s x
  `,
  'the number of words is checked': `
    SUBSCRIBE; PSUBSCRIBE; SSUBSCRIBE; PUBLISH ch; SPUBLISH ch; PUBLISH a b c
  `,
})
