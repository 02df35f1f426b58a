"""Several kinds of work that people use Python for, the same in every round."""

import collections
import hashlib
import json
import random
import re
import struct
import sys


def numbers(rng):
    values = [rng.random() for _ in range(20_000)]
    total = 0.0
    for value in values:
        total += (value * 3.5 - 1.25) ** 2 / (value + 0.5)
    return round(total, 6)


def words(rng):
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    text = " ".join("".join(rng.choices(alphabet, k=rng.randrange(2, 8))) for _ in range(10_000))
    counts = collections.Counter(re.findall(r"[a-m]+", text))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:50]


def objects(rng):
    class Node:
        def __init__(self, key):
            self.key, self.left, self.right = key, None, None

    root, depth = Node(0.5), 0
    for _ in range(10_000):
        key, node, steps = rng.random(), root, 0
        while True:
            steps += 1
            side = "left" if key < node.key else "right"
            if getattr(node, side) is None:
                setattr(node, side, Node(key))
                break
            node = getattr(node, side)
        depth = max(depth, steps)
    return depth


def packed(rng):
    data = b"".join(struct.pack("<dIh", rng.random(), rng.randrange(2**32), rng.randrange(-99, 99)) for _ in range(10_000))
    total = sum(part[1] for part in struct.iter_unpack("<dIh", data))
    return total, hashlib.sha256(data).hexdigest()


def documents(rng):
    document = {f"key{n}": [rng.randrange(1000) for _ in range(20)] for n in range(1000)}
    return len(json.dumps(json.loads(json.dumps(document)), indent=1))


for turn in range(int(sys.argv[1])):
    source = random.Random(turn)
    for work in (numbers, words, objects, packed, documents):
        print(turn, work.__name__, work(source))
