"""Chaos: the real dispatch code is killed, frozen and robbed of its database; sinks in another process count.

``make chaos KILLS=1000 SEED=1``. `company` plans what is to be sent, `sinks` receives it badly, `worker` sends it and
dies, `director` does the killing, `verdict` compares the ledger with what really arrived; `controls` holds two
dispatchers that are wrong on purpose, because a chaos test that cannot fail proves nothing.
"""
