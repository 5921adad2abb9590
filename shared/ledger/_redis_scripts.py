"""The four scripts of the Redis ledger. Each runs whole and alone in the server, so each is one atomic step.

Keys: `{secondwind}:due` and `{secondwind}:expires`, sorted sets of document keys by unix seconds, and one hash a
document (`version`, `owner`, `document`, `expires_at`: `inf` of one without an end) under `{secondwind}:document:`;
`{secondwind}:nothing` never is. The braces put all of them in
one slot of a cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).

Tair's cluster proxy refuses a script that names a key in any way but `KEYS[...]`
(https://help.aliyun.com/en/redis/support/usage-of-lua-scripts), which is why no script reads a key that it found in
a set and why no key goes through a Lua variable.

The client takes its time for each argument of a command and each part of an answer, so what is short comes together.
"""

from __future__ import annotations

PREFIX = "{secondwind}:"
DUE_KEY = f"{PREFIX}due"
EXPIRES_KEY = f"{PREFIX}expires"
NOTHING_KEY = f"{PREFIX}nothing"
DOCUMENT_PREFIX = f"{PREFIX}document:"

LOAD = """
local now = tonumber(ARGV[1])
local found = {}
for i = 1, #KEYS do
  local fields = redis.pcall('HMGET', KEYS[i], 'document', 'version', 'owner', 'expires_at')
  if fields.err and not fields.err:find('^WRONGTYPE') then return fields end
  local document, version, owner, expires_at = fields[1], fields[2], fields[3], tonumber(fields[4] or 'inf')
  if document and version and version:find('^%d+$') and owner and expires_at then
    found[i] = expires_at > now and version .. ' ' .. owner .. ' ' .. document
  else
    found[i] = (fields.err or document or version or owner) and '-1 - '
  end
end
return found
"""
"""KEYS: documents. ARGV: now. Returns, for each, `version owner document`, or nothing; for what no ledger wrote a
document that nobody can make anything of, in a version that none has: it must not count as none, nor keep others from
being read.
"""

# All is read before anything is written, and every command that writes is first given something that it does nothing
# with: want of memory, a user without the right to it, or a key of a foreign type fails the whole batch, not its second
# half, which would be kept (once a script has written, want of memory stops it no more). Versions are compared as they
# are spelled. A document that carries this call's owner was saved by this very call: something between us and the
# server sent it twice, and that is no conflict.
SAVE = """
local said, owner, whole = ARGV[1]:match('^(%S+) (%S+) (%d)$')
local now = tonumber(said)
local wanted, versions, conflicts = {}, {}, {}
for i = 4, #KEYS do
  local expected, due_at, expires_at, key = ARGV[i * 2 - 6]:match('^(%d*) (%S*) (%S*) (.*)$')
  wanted[i] = {due_at, expires_at, key}
  local fields = redis.call('HMGET', KEYS[i], 'version', 'owner', 'expires_at')
  local there = tonumber(fields[3] or 'inf') > now and fields[1] or ''
  if fields[2] ~= owner then
    if there == expected then
      versions[i] = string.format('%.0f', (tonumber(there) or 0) + 1)
    else
      conflicts[#conflicts + 1] = i - 4
    end
  end
end
if whole == '1' and #conflicts > 0 then return conflicts end
redis.call('ZADD', KEYS[1], 'XX', 0, '')
redis.call('ZREM', KEYS[1], '')
redis.call('ZREM', KEYS[2], '')
redis.call('PERSIST', KEYS[3])
redis.call('PEXPIRE', KEYS[3], 1)
for i = 4, #KEYS do
  if versions[i] then
    local due_at, expires_at, key = wanted[i][1], wanted[i][2], wanted[i][3]
    local ends = expires_at == '' and 'inf' or expires_at
    redis.call('HSET', KEYS[i], 'version', versions[i], 'owner', owner, 'document', ARGV[i * 2 - 5], 'expires_at', ends)
    if due_at == '' then
      redis.call('ZREM', KEYS[1], key)
    else
      redis.call('ZADD', KEYS[1], due_at, key)
    end
    if due_at == '' or expires_at == '' then
      redis.call('ZREM', KEYS[2], key)
    else
      redis.call('ZADD', KEYS[2], expires_at, key)
    end
    if expires_at == '' then
      redis.call('PERSIST', KEYS[i])
    else
      redis.call('PEXPIRE', KEYS[i], string.format('%.0f', math.ceil((tonumber(expires_at) - now) * 1000)))
    end
  end
end
return conflicts
"""
"""KEYS: due, expires, nothing, documents. ARGV: `now owner 1` (all or nothing) or `now owner 0`, and for each document
`version due_at expires_at key`, the first as expected, the next two as wanted (each empty: none, or never), the key
without its prefix; and the document's bytes. Returns the places, from 0, of those that conflicted.

The time to live is a span of our clock, so that a server whose clock differs keeps a document as long as we meant.
"""

# Documents leave by their own time to live; what pointed at them leaves here, before the look. Ties stand in byte order
# of their keys, so the place after which to go on is found by halving. Lua's own comparison follows the server's
# locale and would disagree with the set.
DUE = """
repeat
  local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 1000)
  for _, key in ipairs(gone) do
    redis.call('ZREM', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
  end
until #gone < 1000
local function follows(key, other)
  for i = 1, math.min(#key, #other) do
    local one, two = key:byte(i), other:byte(i)
    if one ~= two then return one > two end
  end
  return #key > #other
end
local low, first = '-inf', 0
if ARGV[4] ~= '' then
  low = ARGV[4]
  local base = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. low)
  local last = redis.call('ZCOUNT', KEYS[1], low, low)
  while first < last do
    local middle = math.floor((first + last) / 2)
    if follows(redis.call('ZRANGE', KEYS[1], base + middle, base + middle)[1], ARGV[5]) then
      last = middle
    else
      first = middle + 1
    end
  end
end
return redis.call('ZRANGEBYSCORE', KEYS[1], low, ARGV[2], 'WITHSCORES', 'LIMIT', first, ARGV[3])
"""
"""KEYS: due, expires. ARGV: now, before, limit, and the place to go on after: its due_at (empty: none) and key.
Returns key and score in turn."""

FORGET = """
local lost = {}
for i = 3, #KEYS do
  local fields = redis.pcall('HMGET', KEYS[i], 'version')
  if fields.err then
    if not fields.err:find('^WRONGTYPE') then return fields end
  elseif not fields[1] then
    redis.call('ZREM', KEYS[1], ARGV[i - 2])
    redis.call('ZREM', KEYS[2], ARGV[i - 2])
    lost[#lost + 1] = i - 3
  end
end
return lost
"""
"""KEYS: due, expires, documents. ARGV: for each document its key without the prefix. Returns the places, from 0, of
those that are not there; nothing points at them any more."""
