module Svc {

  @ How a chunk of a data product is compressed
  enum CompressionAlgorithm : U8 {
    UNCOMPRESSED = 0
    ZLIB_DEFLATE = 1
    @ Frames of libsqrtspace: docs/formats/container.md
    SQS_FRAMES = 83
  }

  @ Compresses a chunk of a data product in place. The interface of Svc/DpCompressProc, for frameworks that do not have it
  port CompressChunk(
    ref buffer: Fw.Buffer @< The chunk; after compression, its size is that of offset and compressed data
    min_compression: FwSizeType @< Maximum size of the buffer after compression, in bytes
    write_offset: FwSizeType @< Where the compressed data starts in the buffer
  ) -> CompressionAlgorithm

}
