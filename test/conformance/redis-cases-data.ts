import { cases, type RedisCase } from './redis-case.ts'

export const dataCases: readonly RedisCase[] = cases({
  strings: `
    SET k v; GET k; GET none; SETNX k w; SETNX n w; GETSET k x; GETDEL k; GET k; MSET a 1 b 2;
    MGET a b c; MSETNX a 3 d 4; APPEND a 0; STRLEN a; MSET a; MSETNX a
  `,
  'SET with all its options': `
    SET k v NX; SET k w NX; SET k w XX; SET n w XX; SET k x GET; SET n x NX GET; SET n y NX GET;
    SET k v NX XX; SET k v EX 10 PX 10; SET k v EX; SET k v EX 0; SET k v PX -1; SET k v EX x;
    SET k v EX 9223372036854775807; SET k v KEEPTTL EX 1; LPUSH l x; SET l v GET; SET l v; TYPE l
  `,
  'expiry is set, kept and taken away': `
    SET k v EXAT 4000000000; EXPIRETIME k; PEXPIRETIME k; SET k w KEEPTTL; EXPIRETIME k; APPEND k x;
    EXPIRETIME k; SET k v; TTL k; PTTL k; TTL none; PTTL none; EXPIREAT k 4000000000; PERSIST k;
    PERSIST k; GETEX k PXAT 4000000000000; EXPIRETIME k; GETEX k PERSIST; TTL k
  `,
  'a time that is past deletes': `
    SET k v; EXPIRE k -1; EXISTS k; SET k v; PEXPIREAT k 1; EXISTS k; SET k v; EXPIRE k 0; DBSIZE
  `,
  'conditions of EXPIRE': `
    SET k v; EXPIREAT k 4000000000 XX; EXPIREAT k 4000000000 GT; EXPIREAT k 4000000000 LT;
    EXPIREAT k 5000000000 NX; EXPIREAT k 5000000000 GT; EXPIREAT k 4500000000 GT;
    EXPIREAT k 4500000000 LT; EXPIRETIME k; EXPIRE k 1 NX XX; EXPIRE k 1 GT LT; EXPIRE k 1 ZZ;
    EXPIRE k x; EXPIRE k 9223372036854775807; PEXPIRE k 9223372036854775807; EXPIRE none 10
  `,
  'SETEX and PSETEX': `
    SETEX k 1000 v; SETEX k 0 v; PSETEX k -1 v; PSETEX k 1000000 v; GET k
  `,
  'counters in 64 bits': `
    INCR n; INCRBY n 41; DECR n; DECRBY n 2; GET n; SET n 9223372036854775807; INCR n;
    SET n -9223372036854775808; DECR n; INCRBY n 9007199254740993; DECRBY n -9223372036854775808;
    SET n " 1"; INCR n; SET n x; INCR n; INCRBY n 1.5; INCRBY n; LPUSH l x; INCR l
  `,
  keys: `
    MSET a 1 b 2 c 3; EXISTS a b a none; DEL a none; UNLINK b; TOUCH c none; TYPE c; TYPE none;
    RENAME c d; RENAME none x; RENAMENX d e; SET f 1; RENAMENX e f; RENAME e e; DBSIZE; KEYS *;
    KEYS [ef]; FLUSHDB; RANDOMKEY; DBSIZE
  `,
  'a rename takes the expiry along': `
    SET a 1 EXAT 4000000000; SET b 2 EXAT 5000000000; RENAME a b; EXPIRETIME b; EXISTS a
  `,
  'SCAN sees every key': `
    MSET a 1 b 2 c 3 d 4; SADD s x; SCAN 0 COUNT 100; SCAN 0 COUNT 100 MATCH [ab];
    SCAN 0 COUNT 100 TYPE set; SCAN x; SCAN 0 COUNT 0; SCAN 0 COUNT x; SCAN 0 NONSENSE x;
    SCAN 0 MATCH; SSCAN s 0; HSCAN none 0; ZSCAN s 0
  `,
  hashes: `
    HSET h a 1 b 2; HSET h a 3 c 4; HGET h a; HGET h none; HGET none a; HMGET h a none b; HGETALL h;
    HGETALL none; HLEN h; HEXISTS h a; HKEYS h; HVALS h; HSTRLEN h a; HDEL h a none; HINCRBY h n 5;
    HINCRBY h n -7; HSETNX h a 1; HSETNX h a 2; HMSET h z 1; HSET h a; HSET h s x; HINCRBY h s 1;
    HINCRBY h n x; HSCAN h 0 MATCH [az]; HDEL h a b c n z s; EXISTS h; SET k v; HGET k f; HSET k f v
  `,
  sets: `
    SADD s a b a; SADD s c; SCARD s; SISMEMBER s a; SISMEMBER s z; SMISMEMBER s a z; SMEMBERS s;
    SMEMBERS none; SADD t b c d; SUNION s t; SINTER s t; SDIFF s t; SREM s a z; SPOP s 10; EXISTS s;
    SPOP s; SPOP s 0; SPOP s -1; SRANDMEMBER none; SRANDMEMBER none 5; SRANDMEMBER none -5;
    SRANDMEMBER t 10; SET k v; SADD k a; SMEMBERS k; SUNION s k
  `,
  lists: `
    RPUSH l a b c; LPUSH l z y; LRANGE l 0 -1; LRANGE l -2 100; LRANGE l 5 1; LLEN l; LINDEX l 0;
    LINDEX l -1; LINDEX l 99; LSET l 0 x; LSET l 99 x; LSET none 0 x; LREM l 0 a; LTRIM l 1 2;
    LRANGE l 0 -1; LPOP l; RPOP l 5; LPOP l; LPOP l 2; LPUSHX l a; LPOP l -1; LPOP l x; LPOP l 1 2;
    EXISTS l
  `,
  'sorted sets': `
    ZADD z 1 a 2 b 3 c; ZADD z 5 a; ZADD z NX 9 a; ZADD z XX 9 n; ZADD z CH 6 a 7 d; ZADD z GT 1 a;
    ZADD z LT CH 1 a; ZADD z INCR 2 a; ZADD z NX INCR 2 a; ZADD z NX XX 1 a; ZADD z GT LT 1 a;
    ZADD z INCR 1 a 2 b; ZADD z x a; ZADD z 1; ZINCRBY z 1.5 a; ZSCORE z a; ZSCORE z none;
    ZMSCORE z a none; ZCARD z; ZRANK z a; ZREVRANK z a; ZRANK z none; ZREM z a none; ZPOPMIN z;
    ZPOPMAX z 2; ZPOPMIN z; EXISTS z; SET k v; ZADD k 1 a
  `,
  'ranges of sorted sets': `
    ZADD z 1 a 2 b 3 c 4 d; ZRANGE z 0 -1; ZRANGE z 1 2 WITHSCORES; ZRANGE z 0 1 REV;
    ZREVRANGE z 0 0 WITHSCORES; ZRANGE z (1 3 BYSCORE;
    ZRANGE z 3 (1 BYSCORE REV LIMIT 0 1 WITHSCORES; ZRANGE z [b + BYLEX;
    ZRANGEBYSCORE z -inf +inf LIMIT 1 2; ZRANGEBYSCORE z (1 (4 WITHSCORES; ZREVRANGEBYSCORE z 3 1;
    ZCOUNT z 2 inf; ZCOUNT z x 1; ZRANGE z 0 1 LIMIT 0 1; ZRANGE z - + BYLEX WITHSCORES;
    ZRANGE z 0 1 NONSENSE; ZREMRANGEBYSCORE z -inf (2; ZREMRANGEBYRANK z 0 0; ZRANGE z 0 -1;
    ZREMRANGEBYLEX z - +; EXISTS z; ZLEXCOUNT z - +; ZSCAN z 0
  `,
  'scores are doubles': `
    ZADD z 0.1 a 1e20 b -1e-7 c inf d -0.0 e 3.0 f 1234567890.125 g; ZRANGE z 0 -1 WITHSCORES;
    ZINCRBY z 0.2 a; ZADD z -inf d; ZINCRBY z inf d; ZSCORE z b
  `,
  streams: `
    XADD s 1-1 a 1; XADD s 1-* a 2; XADD s 5 a 3; XADD s 5 a 4; XADD s 0-0 a 4; XADD s x a 4;
    XADD s 6-1 a; XADD none NOMKSTREAM 1-1 a b; XLEN s; XRANGE s - +; XRANGE s (1-1 5 COUNT 1;
    XREVRANGE s + -; XRANGE s - + COUNT 0; XREAD COUNT 1 STREAMS s 1-1; XREAD STREAMS s none 0 0;
    XREAD STREAMS s $; XREAD STREAMS s; XREAD BLOCK x STREAMS s 0; XREAD BLOCK -1 STREAMS s 0;
    XADD s MAXLEN 2 7-1 a 5; XLEN s; XADD s MAXLEN = 1 LIMIT 1 8-1 a 5; XTRIM s MINID 7-1;
    XDEL s 7-1 9-9; XTRIM s MAXLEN 0; XLEN s; EXISTS s; XADD s 7-2 a b; XADD s MAXLEN -1 * a b
  `,
  'an approximate trim keeps at least what was asked for': `
    XADD s MAXLEN ~ 1000 1-1 a 1; XADD s MAXLEN ~ 1000 1-2 a 1; XLEN s
  `,
  'every type refuses the commands of the others': `
    SET string v; HSET hash f v; SADD set m; ZADD zset 1 m; RPUSH list m; XADD stream 1-1 f v;
    GET hash; INCR list; HLEN set; SCARD zset; ZCARD list; LLEN stream; XLEN string;
    XREAD STREAMS set 0; APPEND zset x; GETDEL list; GETSET list x; MGET hash string; TYPE hash;
    TYPE set; TYPE zset; TYPE list; TYPE stream
  `,
  'keys and values are bytes': `
    SET "\\x00\\xff" "\\r\\n\\x80"; GET "\\x00\\xff"; STRLEN "\\x00\\xff"; HSET h "" "\\xff";
    HGETALL h; SET "" empty; GET ""
  `,
})
