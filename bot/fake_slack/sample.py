"""A workspace to look at: customers in #help, and the desk whose people and channels config.yaml names."""

from bot.fake_slack.stage import Stage

CUSTOMERS = ("mia", "tom", "lea")
STAFF = ("alice", "ana", "bob", "dana")


def furnish(slack: Stage) -> None:
    """Fill an empty workspace. Member ids are those of config.yaml."""
    slack.add_user("mia", id="U0MIA", real_name="Mia Chen", title="Acme Studio", tz="America/New_York")
    slack.add_user("tom", id="U0TOM", real_name="Tom Field", title="Northwind")
    slack.add_user("lea", id="U0LEA", real_name="Léa Petit", guest="multi_channel", locale="fr-FR")
    slack.add_user("alice", id="U0ALICE", real_name="Alice Martin", title="Billing, lead")
    slack.add_user("ana", id="U0ANA", real_name="Ana Duarte", title="Billing")
    slack.add_user("bob", id="U0BOB", real_name="Bob Stone", title="Platform, lead")
    slack.add_user("dana", id="U0DANA", real_name="Dana Weiss", title="Administration", admin=True)
    slack.add_user("kim", id="U0KIM", real_name="Kim Okoye", deleted=True)
    slack.add_channel("help", [*CUSTOMERS, *STAFF], id="C0HELP")
    slack.add_channel("desk", list(STAFF), id="C0DESK", kind="private")
    slack.add_channel("desk-billing", ["alice", "ana", "dana"], id="C0BILLING", kind="private")
    slack.add_channel("desk-platform", ["bob", "dana"], id="C0PLATFORM", kind="private")
    slack.add_channel("desk-admin", ["dana", "bob"], id="C0ADMIN", kind="private")
    slack.add_group("billing", ["alice", "ana"], id="S0BILLING", name="Billing")
    slack.add_group("platform", ["bob", "dana"], id="S0PLATFORM", name="Platform")
    for name in (*CUSTOMERS, *STAFF):
        slack.dm(name)
