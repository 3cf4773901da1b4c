module SqsDemo {

  topology SqsDemo {

    instance rateGroup
    instance cmdDisp
    instance eventLogger
    instance tlmSend
    instance prmDb
    instance dpMgr
    instance dpWriter
    instance pipeline
    instance compressor
    instance instrument
    instance posixTime
    instance textLogger
    instance dpBufferManager

    command connections instance cmdDisp
    event connections instance eventLogger
    param connections instance prmDb
    telemetry connections instance tlmSend
    text event connections instance textLogger
    time connections instance posixTime

    connections RateGroup {
      rateGroup.RateGroupMemberOut[0] -> instrument.schedIn
      rateGroup.RateGroupMemberOut[1] -> pipeline.run
      rateGroup.RateGroupMemberOut[2] -> tlmSend.Run
      rateGroup.RateGroupMemberOut[3] -> dpWriter.schedIn
      rateGroup.RateGroupMemberOut[4] -> dpMgr.schedIn
      rateGroup.RateGroupMemberOut[5] -> dpBufferManager.schedIn
    }

    connections Samples {
      instrument.samplesOut -> pipeline.samplesIn
      pipeline.samplesReturn -> instrument.samplesReturn
      tlmSend.PktSend -> instrument.tlmIn
    }

    connections DataProducts {
      pipeline.productGetOut -> dpMgr.productGetIn[0]
      pipeline.productSendOut -> dpMgr.productSendIn[0]
      dpMgr.bufferGetOut[0] -> dpBufferManager.bufferGetCallee
      dpMgr.productSendOut[0] -> dpWriter.bufferSendIn
      dpWriter.procBufferSendOut[0] -> instrument.procIn
      dpWriter.deallocBufferSendOut -> dpBufferManager.bufferSendIn
      instrument.compressChunk -> compressor.compressChunk
    }

  }

}
