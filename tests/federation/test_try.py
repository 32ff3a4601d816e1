import time
import pytest_asyncio
from tests.federation.live import *
from tests.peers.foreign import run_fedify

@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carol(authority):
    t=time.time()
    c,k=authority.certificate("fedify.test")
    async with run_fedify(origin_host="fedify.test",certificate=c,key=k,ca=authority.ca) as p:
        print("fedify up", time.time()-t)
        yield p
        t=time.time()
    print("fedify down", time.time()-t)

@pytest_asyncio.fixture
async def alpha(authority, settings_of, quick_keys, carol):
    t=time.time()
    async with run_live(settings_of("alpha.test"), authority) as s:
        print("alpha up", time.time()-t)
        await introduce(s, carol)
        yield s
        t=time.time()
    print("alpha down", time.time()-t)

async def test_one(alpha, carol):
    """X."""
    t=time.time()
    await alpha.follow("alice", "@carol@fedify.test")
    print("follow", time.time()-t)
    await carol.wait_for("Follow")
    print("arrived", time.time()-t)
    await alpha.until_figures(waiting=0)
    note = await carol.note("Hello")
    view = await alpha.until_home("alice", note)
    print("home", time.time()-t, view.status.content)
    await carol.follow("@alice@alpha.test")
    print(await alpha.until_told("alice", NotificationKind.FOLLOW))
    v = await alpha.post("alice", "Hi")
    print(await carol.wait_for("Create"))
    print("done", time.time()-t)
    print(alpha.visits)
    print(await carol.requests())
    print(await carol.troubles())

async def test_two(alpha, carol):
    """X."""
    await carol.reset(); await alpha.user("alice")
    await carol.follow("@alice@alpha.test")
