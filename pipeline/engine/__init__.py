"""Who makes the shards of long work.

recipe       how shards are made, as plain data, and what an engine is
local        the local engine: this process makes one shard after the other
choose       the engine that the parameters ask for
crew         which of many workers makes which shard next
ray_engine   the Ray engine: processes on one machine or several
ray_worker   what one of these processes does

An engine decides where and in which order shards are made, never what they hold.
"""
