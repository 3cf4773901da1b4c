module SqsDemo {

  @ Queues are long: on a busy machine tasks start late, and a full queue ends the demo
  module Default {
    constant STACK_SIZE = 64 * 1024
  }

  instance rateGroup: Svc.ActiveRateGroup base id 0x0200 \
    queue size 200 stack size Default.STACK_SIZE priority 120

  instance cmdDisp: Svc.CommandDispatcher base id 0x0500 \
    queue size 200 stack size Default.STACK_SIZE priority 101

  instance eventLogger: Svc.ActiveLogger base id 0x0B00 \
    queue size 200 stack size Default.STACK_SIZE priority 98

  instance tlmSend: Svc.TlmChan base id 0x0C00 \
    queue size 200 stack size Default.STACK_SIZE priority 97

  instance prmDb: Svc.PrmDb base id 0x0D00 \
    queue size 200 stack size Default.STACK_SIZE priority 96

  instance dpMgr: Svc.DpManager base id 0x0F00 \
    queue size 200 stack size Default.STACK_SIZE priority 96

  instance dpWriter: Svc.DpWriter base id 0x1000 \
    queue size 200 stack size Default.STACK_SIZE priority 96

  @ Below the rate group, above nothing that waits for it
  instance pipeline: Sqs.SqsPipeline base id 0x2000 \
    queue size 200 stack size Default.STACK_SIZE priority 90

  instance compressor: Sqs.SqsCompressor base id 0x3000

  instance instrument: SqsDemo.Instrument base id 0x4000

  instance posixTime: Svc.PosixTime base id 0x4500

  instance textLogger: Svc.PassiveTextLogger base id 0x4900

  instance dpBufferManager: Svc.BufferManager base id 0x4C00

}
