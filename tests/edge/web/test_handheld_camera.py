"""The camera in the scanner's stead, in a real Chromium whose camera sees a picture that we draw (F51, F55).

Chromium on Linux has no BarcodeDetector: zxing plays it, with the very frames that the page hands over.
"""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from tests.edge.web.browser import Handheld, Server, handheld
from tests.edge.web.conftest import Web
from tests.edge.web.test_handheld_looks import FINE, LOOK
from tests.edge.web.test_handheld_page import ITEM, landed, scanned, wait_text
from tests.support.patience import PATIENCE

WIDTH, HEIGHT = 640, 480
DETECTOR = """
window.streams = [];
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  window.streams.push(stream);
  return stream;
};
window.BarcodeDetector ??= class {
  async detect(video) {
    const size = { width: video.videoWidth, height: video.videoHeight };
    const canvas = Object.assign(document.createElement("canvas"), size);
    canvas.getContext("2d").drawImage(video, 0, 0);
    return (await window.decode(canvas.toDataURL("image/png"))).map((rawValue) => ({ rawValue }));
  }
};
"""
ENDED = (
    "(window.streams.length > 0 && window.streams.every("
    "(one) => one.getTracks().every((track) => track.readyState === 'ended')))"
)
SEES = "document.querySelector('video')?.currentTime > 0"
FLAGS = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


def picture(folder: Path, *codes: str) -> str:
    """Draw codes one below the other as a video of one frame; return the flag that puts it before the camera."""
    grey = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for row, code in enumerate(codes):
        bars = np.array(zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_image(scale=2))
        left, top = (WIDTH - bars.shape[1]) // 2, 60 + row * 200
        grey[top : top + bars.shape[0], left : left + bars.shape[1]] = bars
    path = folder / "seen.y4m"
    chroma = bytes([128]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode() + grey.tobytes() + chroma)
    return f"--use-file-for-fake-video-capture={path}"


def decode(url: str) -> list[str]:
    """Return what zxing reads in a frame."""
    frame = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L")
    return [code.text for code in zxingcpp.read_barcodes(np.array(frame))]


@asynccontextmanager
async def seeing(
    web: Web, folder: Path, *codes: str, detector: str = DETECTOR, flags: Sequence[str] = FLAGS, **how: Any
) -> AsyncIterator[Handheld]:
    """Open a handheld whose camera sees codes."""
    all_flags = [*flags, picture(folder, *codes)]
    async with Server(web.app).run() as server, handheld(server.base, folder, flags=all_flags, **how) as hand:
        await hand.page.expose_function("decode", decode)
        await hand.page.add_init_script(detector)
        await hand.open()
        yield hand
        assert hand.complaints == []


async def until(hand: Handheld, condition: str) -> None:
    """Wait until something holds in the page, frame by frame."""
    wait = (
        f"new Promise((done) => {{ const look = () => {condition} ? done() : requestAnimationFrame(look); look(); }})"
    )
    async with asyncio.timeout(PATIENCE):
        await hand.page.evaluate(wait)


async def off(hand: Handheld) -> None:
    """Wait until the camera is off and its picture gone."""
    await until(hand, ENDED)
    assert await hand.page.locator("video").count() == 0


async def test_F55_a_code_before_the_camera_counts_once_and_is_tagged(web: Web, tmp_path: Path) -> None:
    async with seeing(web, tmp_path, "A-01-1") as hand:
        await hand.login()
        await hand.page.locator(".key-camera").tap()
        assert await landed(web, 1) == [("A-01-1", "camera", "right")]
        await off(hand)
        await wait_text(hand, ".result.right", "OK")
        await hand.scan(ITEM)  # the scanner has its input back
        assert await landed(web, 2) == [("A-01-1", "camera", "right"), (ITEM, "scan", "right")]


async def test_F55_a_badge_is_read_by_the_camera_too(web: Web, tmp_path: Path) -> None:
    async with seeing(web, tmp_path, "B-sato") as hand:
        await hand.page.locator(".login .choice", has_text="カメラで読み取る").tap()
        await hand.page.wait_for_selector(".pad")
        await off(hand)


async def test_F54_of_several_codes_none_is_guessed_and_closing_turns_the_camera_off(web: Web, tmp_path: Path) -> None:
    async with seeing(web, tmp_path, "A-01-1", "A-01-2") as hand:
        await hand.login()
        await hand.page.locator(".key-camera").tap()
        await wait_text(hand, ".hint", "コードが複数あります")
        await hand.page.locator(".sheet .close").tap()
        await off(hand)
        assert await web.store.read(scanned) == []


async def test_F51_a_scan_counts_while_the_camera_looks_and_turns_it_off(web: Web, tmp_path: Path) -> None:
    async with seeing(web, tmp_path) as hand:
        await hand.login()
        await hand.page.locator(".key-camera").tap()
        await until(hand, SEES)
        await hand.scan("A-01-1")
        assert await landed(web, 1) == [("A-01-1", "scan", "right")]
        await off(hand)


async def test_F54_a_code_that_is_seen_only_once_is_no_code(web: Web, tmp_path: Path) -> None:
    looks = (
        "const looks = [['A-01-7'], ['A-01-1'], [], ['A-01-7'], ['A-01-1'], ['A-01-1'], ['A-01-7'], ['A-01-7']];"
        "window.BarcodeDetector = class { async detect() {"
        " return (looks.shift() ?? []).map((rawValue) => ({ rawValue })); } };"
    )
    async with seeing(web, tmp_path, detector=looks + DETECTOR) as hand:
        await hand.login()
        await hand.page.locator(".key-camera").tap()
        assert await landed(web, 1) == [("A-01-1", "camera", "right")]
        await off(hand)


UNABLE = {
    "no reader of codes": ("delete window.BarcodeDetector;", FLAGS, "このブラウザーは", "This browser cannot"),
    "not allowed": (DETECTOR, (FLAGS[0], "--deny-permission-prompts"), "許可されていません", "not allowed"),
    "no camera": (DETECTOR, FLAGS[1:], "カメラがありません", "has no camera"),
    "no https": (DETECTOR, (*FLAGS, "--host-resolver-rules=MAP genba.test 127.0.0.1"), "https", "https"),
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("why", UNABLE)
async def test_F77_a_camera_that_cannot_be_used_is_explained(web: Web, tmp_path: Path, why: str, language: str) -> None:
    detector, flags, *words = UNABLE[why]
    async with seeing(web, tmp_path, detector=detector, flags=flags) as hand:
        if why == "no https":
            hand.base = hand.base.replace("127.0.0.1", "genba.test")
            await hand.open()
        await hand.login()
        await hand.page.locator(".who").tap()
        if language == "en":
            await hand.page.locator(".choice", has_text="English").tap()
        await hand.page.locator(".choice", has_text="camera" if language == "en" else "カメラ").tap()
        await wait_text(hand, ".result.wrong", words[language == "en"])
        assert await hand.page.locator("video").count() == 0
        await hand.scan("A-01-1")
        assert await landed(web, 1) == [("A-01-1", "scan", "right")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["ja-JP", "en-US"])
async def test_F76_the_camera_is_in_reach_of_a_glove(web: Web, tmp_path: Path, language: str, dark: bool) -> None:
    async with seeing(web, tmp_path, "A", "B", dark=dark, language=language) as hand:
        await hand.login()
        await hand.page.locator(".key-camera").tap()
        await until(hand, SEES)
        assert FINE.items() <= (await hand.page.evaluate(LOOK)).items()
