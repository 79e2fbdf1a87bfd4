// Gives the place of a request back when its handler is done: an answer that streams out slowly keeps nobody waiting.
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import { finalize, type Observable } from 'rxjs'
import { Gate } from './gate.js'

@Injectable()
export class GateInterceptor implements NestInterceptor {
  constructor(private readonly gate: Gate) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(finalize(() => this.gate.leave()))
  }
}
