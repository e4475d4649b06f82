/**
 * Features of the check's tiny model on its input, 16 patches of 8 numbers each, as base64 of little-endian float32. They were
 * computed on a CPU; `test/model/self-check.test.ts` computes those of `clip` in float64 by itself.
 */
const clip =
  "Y/8Ovk/ljb4xlLs/WWSMPvGPrb+gqp8+Q5w/PxpDC0BEIrU+C0cAwDcmd76NFpI928ZFPZUA57/PxSs/F0I/P87iKb+ibKi/PnlcP94M3z9rl58+" +
  "SgQ2wPagjT94ep4++9WjvtoM5D+C7cA/ZTIsv+bixj/d9sm/Xt2aP/kGUD8U1au/MJiov+72FECcPqI/wHDMPr2qGsATdoc/7d0AvwtAIj9EcAA+" +
  "FRp3Ptdj87/m5pc+QdR1P+hjnL7GJNg/MBhzP4Hvhj9xTZQ/lj3xv1hAuT//B+M+6s+WvfjRBUAQHM6/nNPuP0CbQz8EZ4Q9CDOZviuSjj++++A/" +
  "1HOwP/ngxr9N6BI+oFGYPofwgD7Oh4Y/da6JvyYOZT9L3ia9/XYzv8RR7b+Itv0+H4PcP8NvJz8ouizAHRDoPmYEv78uejA/cQmGP0CUgr0kst+/" +
  "zzfsP7TymD6Jx0s/ZFb6P1RsZL/Hdqi/GhWCP6Z6gz6bqII/DGqZvxlWiz86+ig/YgQWPSSPRsDMwYA/jREBQOVb1r/zOqC/up+wuhgzEj9XMUi+" +
  "rcyuv1zCZz8S5LA/UN3Hv6nOhb/k/iQ/fqnMvnfsij5f/APAS88Mv4XpCj9lt2q/MmP8Ph/rfr+Y3gY/pN3Uv2Wpjr+4uzC/tuEVP2XYy79vDQRA" +
  "PyVBv/VcXD8=";
const sfp =
  "dZo4PnGlq7/2Pqk/IBzgvUxhrjw+enG/v0gkPzuwDkBqDe2+3FQKwH+KrT+DSiA/RC02P7v6C8CO3F0/0KuaPyB447566ArA9OnFP7u0lT7/OQQ/" +
  "2HH4v25iKz8oBqs/Kbflvmxh9L8HR7A/QBQsu4Shcj+Fd/u/PxxdP4WByT9QpjW/k3YhwDgjzT+7gUo/BgUBP8DHEMBrmEc/ORV4P1eBrbr8sPG/" +
  "y0bDP5yrzD4e9vy+SiiAv1PL9j6CbvQ/xVOYvpqHDsBmcsw/xVEJP7+Oi7wIGsy/j4UYP12Qxz8iXB0+hZzOv5opoT9dYIe+3cHNPSxBgb89fdQ+" +
  "Ybv3Px9fHz7YJgTAW6KiPw8zMD8MLhG/gG93vzCCmD6p1ts/KoCSvjJVJ8A+daY/mZGaPz84m7t2M/m/pxMWP5gliT+LiYy+bxbKv+NIoT8SN489" +
  "xqktP+qX0b/Me2c/ClfbP8zxTL9DNi/AvBmiP0kSkz82CRI/agoawD5YUz8WHyk/fJ3/PD31DcBGAaU/jfJnPwR2/76PiaG/o0TJPgaDxz86lYQ+" +
  "1/bGv4zenD9Gqmw+ttGsvhvlUL+J2wA/CTQFQFHHJT3XmxzAR75oP7mDkT+eZtS+2o2mvz8wGD7Edoo/glegPb3SG8C+K6Q/Q+MnP5aFF78i6Ym/" +
  "RYLJPYD0wD8=";

export const expectedClip = (): Float32Array => decode(clip);
export const expectedSfp = (): Float32Array => decode(sfp);

function decode(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}
