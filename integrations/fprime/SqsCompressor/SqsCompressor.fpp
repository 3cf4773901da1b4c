module Sqs {

  @ Sample types of libsqrtspace, with its numbers
  enum SampleType : U8 {
    BYTES = 0
    INT8 = 1
    UINT8 = 2
    INT16 = 3
    UINT16 = 4
    INT32 = 5
    UINT32 = 6
    INT64 = 7
    FLOAT32 = 8
    FLOAT64 = 9
    INT24 = 11
  }

  @ Byte order of samples, with the numbers of libsqrtspace. F Prime serializes big-endian
  enum ByteOrder : U8 {
    LITTLE = 0
    BIG = 1
  }

  @ Compresses chunks of data products without loss, in static memory
  passive component SqsCompressor {

    @ Compresses a chunk in place. Leaves the buffer as it is where that does not save enough
    guarded input port compressChunk: Svc.CompressChunk

    @ What the data consists of
    param SAMPLE_TYPE: SampleType default SampleType.BYTES

    @ Byte order of the samples
    param BYTE_ORDER: ByteOrder default ByteOrder.BIG

    @ Interleaved channels, 1 to 4096
    param CHANNELS: U32 default 1

    @ 1: fastest; 9: smallest output
    param EFFORT: U8 default 5

    @ Boot count, or another number that differs after each start: part of the identity of streams, with time and number of the chunk.
    @ Set it where time begins anew at each start
    param BOOT_COUNT: U32 default 0

    @ The parameters are refused: chunks stay uncompressed
    event OptionsRefused(
        status: I32 @< Status of the library
      ) \
      severity warning high \
      format "Options of the encoder are refused with status {}" \
      throttle 5

    @ The chunk is larger than the memory allows: it stays uncompressed
    event ChunkTooLarge(
        $size: U32 @< Size of the chunk in bytes
        maximum: U32 @< Maximum size in bytes
      ) \
      severity warning low \
      format "A chunk of {} bytes exceeds the maximum of {} bytes" \
      throttle 5

    @ The encoder failed: the chunk stays uncompressed
    event EncoderFailed(
        status: I32 @< Status of the library
      ) \
      severity warning high \
      format "The encoder failed with status {}" \
      throttle 5

    @ Size of the last chunk divided by its compressed size; 1 if it stays uncompressed
    telemetry Ratio: F32

    @ Chunks compressed
    telemetry ChunksCompressed: U32

    @ Chunks that stayed uncompressed
    telemetry ChunksKept: U32

    @ Frames written
    telemetry Frames: U32

    @ Time of the last chunk in microseconds
    telemetry Microseconds: U32

    time get port timeCaller
    command reg port cmdRegOut
    command recv port cmdIn
    command resp port cmdResponseOut
    event port eventOut
    text event port textEventOut
    telemetry port tlmOut
    param get port prmGetOut
    param set port prmSetOut

  }

}
