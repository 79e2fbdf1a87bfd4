import { Global, Module } from '@nestjs/common'
import { LivePublisher } from './publisher.js'

/** Apart from the gateway, so that rooms which publish do not need the socket server. */
@Global()
@Module({ providers: [LivePublisher], exports: [LivePublisher] })
export class PublisherModule {}
