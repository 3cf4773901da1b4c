/**
 * @file packets.hpp
 * Space packets: chapter 16 of sqrtspace.h. Include sqrtspace.hpp.
 */

#ifndef SQRTSPACE_PACKETS_HPP
#define SQRTSPACE_PACKETS_HPP

#include "basics.hpp"

namespace sqs {

/** The primary header of a packet. */
struct Packet : Sized<sqs_packet> {
    Status parse(Bytes in) noexcept { return sqs_packet_parse(in.data(), in.size(), this); }
};

/** Writes units as packets of one application process. */
struct PacketWriter : Sized<sqs_packet_writer> {
    /** Writes the next packet; AGAIN while the unit has more. */
    Counted<std::size_t> write(Bytes unit, WritableBytes out, Bytes secondary = {}) noexcept
    {
        std::size_t written = 0;
        const Status status = sqs_packet_write(this, secondary.data(), secondary.size(), unit.data(), unit.size(),
                                               out.data(), out.size(), &written);
        return {status, written};
    }
};

/** Result of reading packets, in bytes. */
struct [[nodiscard]] PacketUnit {
    /** AGAIN if a unit is complete. */
    Status status;
    std::size_t consumed;
    std::size_t unit_bytes;
};

/** Reads units from packets of one application process. */
struct PacketReader : Sized<sqs_packet_reader> {
    PacketUnit read(Bytes in, WritableBytes unit, std::uint32_t flow) noexcept
    {
        PacketUnit result{{}, 0, 0};
        result.status = sqs_packet_read(this, in.data(), in.size(), &result.consumed, unit.data(), unit.size(),
                                        &result.unit_bytes, flow);
        return result;
    }
};

/** Writes a time as in secondary headers: seconds in coarse bytes, units of 2^-32 s in fine ones. */
inline Status packet_time(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t coarse_bytes,
                          std::uint32_t fine_bytes, WritableBytes out) noexcept
{
    return sqs_packet_time(seconds, fraction, coarse_bytes, fine_bytes, out.data(), out.size());
}

} // namespace sqs

#endif /* SQRTSPACE_PACKETS_HPP */
