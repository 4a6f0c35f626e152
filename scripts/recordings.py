#!/usr/bin/env python3
"""Makes the recordings of the sample bank again from their transcripts (item-bank/content/*/recordings.json).

Needs espeak-ng, ffmpeg and opusenc (Debian: espeak-ng ffmpeg opus-tools). The voice is synthetic, and every file says so in its tags.
The same transcript gives the same bytes with the same versions of these programs.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

CONTENT = pathlib.Path(__file__).resolve().parent.parent / "item-bank" / "content"
# A speaker of a transcript: espeak-ng's voice and its pitch.
VOICES = {"v": ("nl+f2", 58), "m": ("nl+m3", 38)}
WORDS_PER_MINUTE = 135
PAUSE_SECONDS = 0.7
# Broadcast loudness for one channel (EBU R128).
LOUDNESS = "loudnorm=I=-19:TP=-2:LRA=7"


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def record(turns: list[dict], target: pathlib.Path, folder: pathlib.Path) -> None:
    """Speaks the turns one after another, with a pause between, at even loudness."""
    inputs: list[str] = []
    for number, turn in enumerate(turns):
        voice, pitch = VOICES[turn["voice"]]
        spoken = folder / f"{number}.wav"
        run("espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(WORDS_PER_MINUTE), "-w", str(spoken), turn["text"])
        inputs += ["-i", str(spoken)]
    padded = "".join(f"[{n}]apad=pad_dur={PAUSE_SECONDS}[p{n}];" for n in range(len(turns)))
    joined = "".join(f"[p{n}]" for n in range(len(turns))) + f"concat=n={len(turns)}:v=0:a=1,{LOUDNESS}"
    whole = folder / "whole.wav"
    run("ffmpeg", "-y", *inputs, "-filter_complex", padded + joined, "-ar", "48000", "-ac", "1", str(whole))
    target.parent.mkdir(parents=True, exist_ok=True)
    tags = ["--comment", "DESCRIPTION=Sample of IJkpunt, synthetic voice", "--comment", "LICENSE=EUPL-1.2"]
    run("opusenc", "--quiet", "--bitrate", "24", "--speech", "--serial", "1", "--discard-comments", *tags, str(whole), str(target))


def main() -> None:
    wanted = set(sys.argv[1:])
    for transcript in sorted(CONTENT.glob("*/recordings.json")):
        for recording in json.loads(transcript.read_text(encoding="utf-8")):
            if wanted and recording["file"] not in wanted:
                continue
            with tempfile.TemporaryDirectory() as folder:
                record(recording["turns"], transcript.parent / recording["file"], pathlib.Path(folder))
            print(transcript.parent.name, recording["file"])


if __name__ == "__main__":
    main()
