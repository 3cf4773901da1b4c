module SqsDemo {

  @ Stands for what surrounds the components in the demo: an instrument, a processor of data products, and a radio
  passive component Instrument {

    @ Sends the next buffer of samples, when the one before has come back
    sync input port schedIn: Svc.Sched

    output port samplesOut: Fw.BufferSend

    sync input port samplesReturn: Fw.BufferSend

    @ A data product that DpWriter is about to write: its data is a chunk for the compressor
    sync input port procIn: Fw.BufferSend

    output port compressChunk: Svc.CompressChunk

    @ Telemetry packets, which go to a file
    sync input port tlmIn: Fw.Com

  }

}
