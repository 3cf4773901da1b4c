module Sqs {

  @ Numbers that a graph uses as it likes: filter coefficients, thresholds
  array Gains = [4] F64 default [ 0.125, 0.0, 0.0, 0.0 ]

  @ The last row of each output with rows of one number
  array LastRow = [4] F32

  @ Runs a pipeline on buffers of samples, in static memory, a bounded number of windows per call of a rate group
  active component SqsPipeline {

    @ A buffer of samples, in the byte order of the processor. It is returned when all of its samples are taken
    async input port samplesIn: Fw.BufferSend

    @ Returns a buffer to its sender
    output port samplesReturn: Fw.BufferSend

    @ One bounded step, from a rate group
    async input port run: Svc.Sched drop

    @ Data products of rows
    product get port productGetOut
    product send port productSendOut

    @ Rows of one output, in order
    product record Rows: F32 array

    @ The number of the output, and of its first row
    product record First: RowPosition

    @ Rows of one output
    product container RowsContainer default priority 10

    @ Windows of work of one step
    param WINDOWS_PER_RUN: U32 default 8

    @ Numbers for the graph. A change creates the pipeline anew, from row 0
    param GAINS: Gains

    @ Whether rows are sent as data products
    param PRODUCTS: Fw.Enabled default Fw.Enabled.DISABLED

    @ Processing of data products before they are written: a sum of Fw.DpCfg.ProcType
    param PROC_TYPES: U8 default 0

    @ Saves a checkpoint file
    async command SAVE(file: string size 200)

    @ Restores a checkpoint file; the next samples are those of NextSample
    async command RESTORE(file: string size 200)

    @ Returns to row 0
    async command RESET

    @ Checks stored data for damage
    async command SCRUB(bytes: U32 @< Approximate limit of the bytes checked; 0: all
    )

    event Opened(bytes: U64 @< Bytes of the work area
      ) severity activity high format "Pipeline of {} bytes"

    event Refused(status: I32, detail: string size 120) \
      severity warning high format "Pipeline refused with status {}: {}"

    event Failed(status: I32, detail: string size 120) \
      severity warning high format "Pipeline failed with status {}: {}" throttle 5

    event SamplesDropped(bytes: U32) \
      severity warning low format "{} bytes of samples dropped: no pipeline, or another buffer waits" throttle 5

    event Saved(file: string size 200, bytes: U64) \
      severity activity high format "{}: {} bytes saved"

    event Restored(file: string size 200, sample: U64) \
      severity activity high format "{} restored, next sample {}"

    event FileFailed(file: string size 200, status: I32) \
      severity warning high format "{}: file status {}"

    event Scrubbed(bytes: U64) severity activity high format "{} bytes checked"

    event NoProductMemory severity warning low format "No memory for a data product: its rows are lost" throttle 5

    telemetry Last: LastRow
    telemetry NextRow: U64
    telemetry NextSample: U64
    telemetry RowsSent: U64
    telemetry Overruns: U32 update on change
    telemetry CrcFailures: U64 update on change

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

  @ Where rows of a data product belong
  struct RowPosition {
    $output: U32 @< Number of the output
    row: U64 @< Number of the first row
    length: U32 @< Numbers of a row
  }

}
