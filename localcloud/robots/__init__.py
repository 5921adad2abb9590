"""Robots of chats: DingTalk, Feishu, WeCom, and a receiver of signed webhooks (docs/facts/messages.md)."""
