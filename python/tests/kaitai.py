"""An interpreter of the part of Kaitai Struct that docs/formats/sqs.ksy uses."""

from __future__ import annotations

import re
from typing import Any

TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*(?:::\w+)?)|(<<|>>|==|!=|<=|>=|[-+*&|<>?:()\[\].]))")
LEVELS = [["or"], ["and"], ["==", "!=", "<", ">", "<=", ">="], ["|"], ["&"], ["<<", ">>"], ["+", "-"], ["*"]]
OPERATORS = {
    "or": lambda a, b: a or b,
    "and": lambda a, b: a and b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "|": lambda a, b: a | b,
    "&": lambda a, b: a & b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


class Stream:
    """Bytes with a position in bits."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.size = data, 0, len(data)

    def bits(self, n: int) -> int:
        value = 0
        for _ in range(n):
            value = value << 1 | self.data[self.at // 8] >> (7 - self.at % 8) & 1
            self.at += 1
        return value

    def bytes(self, n: int) -> bytes:
        self.at = -(-self.at // 8) * 8
        part = self.data[self.at // 8 : self.at // 8 + n]
        if len(part) < n:
            raise EOFError(f"{n} bytes at {self.at // 8} of {self.size}")
        self.at += 8 * n
        return part

    @property
    def eof(self) -> bool:
        return -(-self.at // 8) >= self.size


class Object:
    """An instance of a type: its fields are attributes, its instances are computed when they are read."""

    def __init__(self, ksy: Any, spec: Any, io: Stream, parent: Object | None) -> None:
        self.ksy, self.spec, self._io, self._parent = ksy, spec, io, parent
        for field in spec.get("seq", []):
            if "if" not in field or self.evaluate(field["if"]):
                setattr(self, field["id"], self.repeated(field))

    def __getattr__(self, name: str) -> Any:
        instance = self.__dict__["spec"].get("instances", {}).get(name)
        if instance is None:
            raise AttributeError(name)
        return self.evaluate(instance["value"])

    def repeated(self, field: Any) -> Any:
        kind, all_ = field.get("repeat"), []
        if kind is None:
            return self.one(field)
        if kind == "expr":
            return [self.one(field) for _ in range(self.evaluate(field["repeat-expr"]))]
        while kind == "until" or not self._io.eof:
            all_.append(self.one(field))
            if kind == "until" and self.evaluate(field["repeat-until"], all_[-1]):
                break
        return all_

    def one(self, field: Any) -> Any:
        if "contents" in field:
            found = self._io.bytes(len(field["contents"]))
            if found != bytes(field["contents"]):
                raise ValueError(f"{field['id']}: {found.hex()}")
            return found
        io, type_ = self._io, field.get("type")
        if "size" in field or field.get("size-eos"):
            size = self.evaluate(field["size"]) if "size" in field else io.size - io.at // 8
            io = Stream(io.bytes(size))
        if isinstance(type_, dict):
            key = self.evaluate(type_["switch-on"])
            cases = {self.evaluate(str(k)): v for k, v in type_["cases"].items()}
            type_ = cases.get(key)
        if type_ is None:
            return io.data
        if number := re.fullmatch(r"([ub])(\d+)", type_):
            bits = int(number[2]) * (8 if number[1] == "u" else 1)
            if number[1] == "u":
                return int.from_bytes(io.bytes(bits // 8), "big")
            value = io.bits(bits)
            if "enum" in field and value not in self.ksy["enums"][field["enum"]]:
                raise ValueError(f"{field['id']}: {value} is not in {field['enum']}")
            return bool(value) if bits == 1 else value
        made = Object(self.ksy, self.ksy["types"][type_], io, self)
        if io is not self._io and not io.eof:
            raise ValueError(f"{field['id']}: {io.size - io.at // 8} bytes left over")
        return made

    def evaluate(self, text: Any, last: Any = None) -> Any:
        tokens = [next(t for t in found if t) for found in TOKEN.findall(str(text))]
        value, rest = self.ternary(tokens, last)
        if rest:
            raise SyntaxError(f"{text}: {rest}")
        return value

    # Each returns a value and the tokens after it.

    def ternary(self, tokens: list[str], last: Any) -> tuple[Any, list[str]]:
        condition, tokens = self.binary(tokens, last, 0)
        if tokens[:1] != ["?"]:
            return condition, tokens
        # Only one branch has a meaning, but both are needed for where they end.
        for branch in (True, False):
            try:
                value, tokens_after = self.ternary(tokens[1:], last)
            except (AttributeError, IndexError):
                value, tokens_after = None, self.skip(tokens[1:])
            if branch == bool(condition):
                result = value
            tokens = tokens_after
        return result, tokens

    @staticmethod
    def skip(tokens: list[str]) -> list[str]:
        depth = 0
        for i, token in enumerate(tokens):
            if depth == 0 and token in (":", ")"):
                return tokens[i:]
            depth += (token in "([") - (token in ")]")
        return []

    def binary(self, tokens: list[str], last: Any, level: int) -> tuple[Any, list[str]]:
        if level == len(LEVELS):
            return self.postfix(tokens, last)
        value, tokens = self.binary(tokens, last, level + 1)
        while tokens[:1] and tokens[0] in LEVELS[level]:
            right, rest = self.binary(tokens[1:], last, level + 1)
            value, tokens = OPERATORS[tokens[0]](value, right), rest
        return value, tokens

    def postfix(self, tokens: list[str], last: Any) -> tuple[Any, list[str]]:
        token, tokens = tokens[0], tokens[1:]
        if token == "not":
            value, tokens = self.postfix(tokens, last)
            return not value, tokens
        if token == "(":
            value, tokens = self.ternary(tokens, last)
            tokens = tokens[1:]
        elif token.isdigit():
            value = int(token)
        elif "::" in token:
            enum, name = token.split("::")
            value = next(number for number, text in self.ksy["enums"][enum].items() if text == name)
        else:
            value = last if token == "_" else getattr(self, token)
        while tokens[:1] in (["."], ["["]):
            if tokens[0] == ".":
                value = len(value) if tokens[1] == "size" and isinstance(value, list) else getattr(value, tokens[1])
                tokens = tokens[2:]
            else:
                index, tokens = self.ternary(tokens[1:], last)
                if index < 0:
                    raise IndexError(index)
                value, tokens = value[index], tokens[1:]
        return value, tokens


def parse(ksy: Any, data: bytes) -> Object:
    """An instance of the first type."""
    return Object(ksy, ksy, Stream(data), None)
