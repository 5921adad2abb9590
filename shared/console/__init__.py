"""The console: pages that a person reads, and the acts of people behind them, over the ledger. HTML made here.

`app` takes a request and a visitor and gives a response; it knows neither Function Compute nor a socket. Two doors lead
to it: `functions/console` and `secondwind console`.
"""
