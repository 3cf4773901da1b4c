"""A pool of buffers that are used again."""

from __future__ import annotations

import threading


class GlyphBufferPool:
    """Buffers of one size: `acquire` gives an empty one, `release` takes it back.

    A buffer belongs to the pool by identity: two buffers with equal content are two buffers.

    Parameters
    ----------
    pool_size : int
        Buffers of the pool.
    buffer_size : int
        Bytes that a buffer has room for.
    adaptive : bool
        `suggest_resize` suggests sizes.
    """

    def __init__(self, pool_size: int = 16, buffer_size: int = 1024, adaptive: bool = True) -> None:
        self.pool_size = pool_size
        self.buffer_size = buffer_size
        self.adaptive = adaptive
        self.total_acquires = 0
        self.overflow_allocations = 0
        self.adaptive_resize_count = 0
        self._lock = threading.Lock()
        self._free = [bytearray(buffer_size) for _ in range(pool_size)]
        # Buffers of the pool that are in use, by identity; a lent buffer stays alive here.
        self._lent: dict[int, bytearray] = {}

    def acquire(self) -> bytearray:
        """An empty buffer: of the pool, or a new one if all are in use."""
        with self._lock:
            self.total_acquires += 1
            if self._free:
                buffer = self._free.pop()
                self._lent[id(buffer)] = buffer
            else:
                self.overflow_allocations += 1
                buffer = bytearray(self.buffer_size)
        buffer.clear()
        return buffer

    def release(self, buffer: bytearray) -> None:
        """Takes a buffer back. A buffer that is no longer the pool's is left to the garbage collector."""
        with self._lock:
            known = self._lent.pop(id(buffer), None)
            room = len(self._free) + len(self._lent) < self.pool_size
            if (known is not None or room) and not any(buffer is free for free in self._free):
                self._free.append(buffer)

    def suggest_resize(self) -> int | None:
        """A better size, from the share of requests that the pool could not serve; None: this one is right."""
        if not self.adaptive or self.total_acquires < 100:
            return None
        share = self.overflow_allocations / self.total_acquires
        if share > 0.05:
            return max(self.pool_size, min(int(self.pool_size * 1.5), 128))
        if share < 0.01 and self.pool_size > 16:
            return max(16, int(self.pool_size * 0.75))
        return None

    def adaptive_resize(self, new_size: int) -> None:
        """Changes the number of buffers."""
        with self._lock:
            total = len(self._free) + len(self._lent)
            self._free += [bytearray(self.buffer_size) for _ in range(new_size - total)]
            while self._free and len(self._free) + len(self._lent) > new_size:
                self._free.pop()
            self.pool_size = new_size
            self.adaptive_resize_count += 1

    def get_stats(self) -> dict[str, float]:
        """Figures of the pool; `overflow_rate` in percent."""
        rate = 100 * self.overflow_allocations / self.total_acquires if self.total_acquires else 0.0
        return {
            "pool_size": self.pool_size,
            "buffer_size": self.buffer_size,
            "available_buffers": len(self._free),
            "total_acquires": self.total_acquires,
            "overflow_allocations": self.overflow_allocations,
            "overflow_rate": rate,
            "adaptive_resizes": self.adaptive_resize_count,
        }
