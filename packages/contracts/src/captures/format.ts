// How captured activations are stored.
import { z } from 'zod'

export const CaptureFormatSchema = z.enum(['safetensors', 'npz'])
export const CaptureDtypeSchema = z.enum(['float32', 'float16'])
