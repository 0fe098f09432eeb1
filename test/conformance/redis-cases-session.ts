import { cases, type RedisCase } from './redis-case.ts'

export const sessionCases: readonly RedisCase[] = cases({
  'PING and ECHO give back what they get': `
    PING; PING hi; PING a b; ECHO hi; ECHO; ping
  `,
  'there is one database': `
    SELECT 0; SELECT 16; SELECT -1; SELECT x; SELECT
  `,
  'HELLO refuses what it does not know': `
    HELLO 1; HELLO 4; HELLO x; HELLO 3 NONSENSE; HELLO 3 AUTH u; HELLO 3 AUTH u p;
    HELLO 3 SETNAME "a b"; HELLO 3 SETNAME
  `,
  'AUTH without a password being set': `
    AUTH p; AUTH default p; AUTH u p; AUTH; AUTH a b c
  `,
  'a client can have a name': `
    CLIENT GETNAME; CLIENT SETNAME me; CLIENT GETNAME; CLIENT SETNAME "a b"; CLIENT SETNAME "";
    CLIENT GETNAME; CLIENT SETNAME; CLIENT; CLIENT NONSENSE; CLIENT GETNAME x
  `,
  'CLIENT switches are checked': `
    CLIENT NO-EVICT on; CLIENT NO-EVICT x; CLIENT TRACKING off; CLIENT TRACKING x; CLIENT KILL ID 0;
    CLIENT KILL ID 999999; CLIENT KILL ID x; CLIENT KILL NONSENSE x
  `,
  'unknown commands are refused with their arguments': `
    NONSENSE; nonsense a "b c" "x\\r\\ny";
    NONSENSE ${'a'.repeat(200)};
    ${'N'.repeat(200)} b;
    NONSENSE ${'abcdefgh '.repeat(30)}
  `,
  'scripts have to be sent before their digest works': `
    EVALSHA 0000000000000000000000000000000000000000 0; EVAL; EVAL x; EVAL "return 1" x;
    EVAL "return 1" 2 a; EVAL "return 1" -1
  `,
  'a transaction runs as one': `
    MULTI; SET k 1; INCR k; LPUSH k x; HGETALL h; GET k; EXEC; GET k; MULTI; EXEC
  `,
  'a transaction can be dropped': `
    MULTI; SET k 1; DISCARD; GET k; DISCARD; EXEC
  `,
  'a refused command spoils the transaction': `
    MULTI; SET k 1; SET k; EXEC; GET k; MULTI; NONSENSE; EXEC; MULTI; EXEC more; EXEC
  `,
  'transactions do not nest': `
    MULTI; MULTI; WATCH k; SET k 1; EXEC; GET k
  `,
  'a watched key that changes stops the transaction': `
    SET k 1; WATCH k; b: SET k 2; MULTI; SET k 3; EXEC; GET k; MULTI; SET k 4; EXEC
  `,
  'a watched key that stays does not': `
    SET k 1; WATCH k; b: SET other 2; b: GET k; MULTI; SET k 3; EXEC; GET k
  `,
  'UNWATCH and DISCARD forget the watched keys': `
    WATCH k; b: SET k 1; UNWATCH; MULTI; PING; EXEC; WATCH k; MULTI; DISCARD; b: SET k 2; MULTI;
    PING; EXEC
  `,
  'a watched key that expires, appears or goes counts as changed': `
    SET k 1; WATCH k; b: PEXPIREAT k 1; MULTI; PING; EXEC; WATCH k; b: SET k 1; MULTI; PING; EXEC;
    WATCH k; b: FLUSHALL; MULTI; PING; EXEC
  `,
  'a blocking read in a transaction does not wait': `
    MULTI; XREAD BLOCK 0 STREAMS s 0; EXEC
  `,
  'a waiting reader gets the next entry': `
    b: XADD s 1-1 f v; a > XREAD BLOCK 0 COUNT 10 STREAMS s t $ 0; b: XADD s 2-1 f w; a <;
    a > XREAD BLOCK 20000 STREAMS s t 2-1 0; b: XADD t 5-5 a b; a <; a: XREAD BLOCK 1 STREAMS s 9-9
  `,
  'a waiting reader sees a transaction whole': `
    a > XREAD BLOCK 0 STREAMS s $; b: MULTI; b: XADD s 1-1 f v; b: XADD s 1-2 f w; b: EXEC; a <
  `,
  'commands behind a waiting one run after it': `
    a > XREAD BLOCK 0 STREAMS s $; a > SET k late; b: GET k; b: XADD s 1-1 f v; a <; a <; b: GET k
  `,
  'words are checked where Redis checks them': `
    GET; SET k; HSET h f; ZADD z 1; EXPIRE k; DBSIZE x; FLUSHALL x; FLUSHALL ASYNC SYNC; CONFIG;
    CONFIG GET; CONFIG NONSENSE; TIME x; RESET x
  `,
})
